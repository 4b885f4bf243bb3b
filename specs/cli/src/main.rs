//! The binary: everything it does is in the library beside it, so that tests can do it in process.

use std::{
    io::{self, IsTerminal},
    process::ExitCode,
};

use plimsoll_cli::{Streams, run};

/// Explorers allocate on two threads at once.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let streams = Streams {
        stdin: &mut io::stdin(),
        stdout: &mut io::stdout().lock(),
        stderr: &mut io::stderr(),
        terminal: io::stderr().is_terminal(),
    };
    run(std::env::args_os(), streams).into()
}
