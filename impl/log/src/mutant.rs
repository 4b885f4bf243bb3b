//! The seam at which a known mistake is switched on, for those who show that it is detected.
//!
//! `mutant!(config, swap: Swap::InPlace)` is whether it is. Without the feature `mutants` that is `false`: there is
//! nothing to be switched on, and no setting for it.

#[cfg(feature = "mutants")]
macro_rules! mutant {
    ($config:expr, $decision:ident: $kind:ident::$wrong:ident) => {
        $config.decisions.$decision == crate::decisions::$kind::$wrong
    };
}

#[cfg(not(feature = "mutants"))]
macro_rules! mutant {
    ($config:expr, $decision:ident: $kind:ident::$wrong:ident) => {{
        let _ = &$config;
        false
    }};
}

pub(crate) use mutant;
