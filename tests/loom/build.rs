//! Says under which explorer this package, and nothing else, is compiled.

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rustc-check-cfg=cfg(loom)");
    println!("cargo::rustc-check-cfg=cfg(shuttle)");
    let shuttle = std::env::var_os("CARGO_FEATURE_SHUTTLE").is_some();
    println!(
        "cargo::rustc-cfg={}",
        if shuttle { "shuttle" } else { "loom" }
    );
}
