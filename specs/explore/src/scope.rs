//! A system within bounds: what can be stored, named and built again.

use std::{fmt, sync::Arc};

use plimsoll_promises::Claim;

use crate::{
    descriptor::{Descriptor, Registered, Watching},
    explorable::{Erased, Explorable},
    registry::Systems,
};

/// A system within bounds.
#[derive(Clone)]
pub struct Scope {
    system: &'static dyn Registered,
    within: Arc<dyn Bounded>,
}

/// Bounds, whatever their type is.
trait Bounded: Send + Sync {
    fn json(&self) -> String;
    fn default_claim(&self) -> Option<Claim>;
    fn check_limits(&self, claim: Option<Claim>) -> Result<(), String>;
    fn build(&self, mutant: Option<&str>, watching: Watching) -> Option<Box<dyn Explorable>>;
}

struct Within<D: Descriptor>(D, D::Bounds);

impl<D: Descriptor> Bounded for Within<D> {
    fn json(&self) -> String {
        serde_json::to_string(&self.1).expect("plain data without maps cannot fail")
    }

    fn default_claim(&self) -> Option<Claim> {
        self.0.default_claim(&self.1)
    }

    fn check_limits(&self, claim: Option<Claim>) -> Result<(), String> {
        self.0.check_limits(&self.1, claim)
    }

    fn build(&self, mutant: Option<&str>, watching: Watching) -> Option<Box<dyn Explorable>> {
        let mistake = match mutant {
            None => None,
            Some(name) => Some(D::MUTANTS.iter().find(|known| known.name == name)?.mistake),
        };
        Some(Box::new(Erased(self.0.build(self.1, mistake, watching))))
    }
}

impl Scope {
    /// This system within these bounds.
    pub fn new<D: Descriptor>(system: &'static D, bounds: D::Bounds) -> Self {
        Self {
            system,
            within: Arc::new(Within(*system, bounds)),
        }
    }

    /// The system.
    pub fn system(&self) -> &'static dyn Registered {
        self.system
    }

    /// The system's name.
    pub fn name(&self) -> &'static str {
        self.system.name()
    }

    /// The bounds as JSON.
    pub fn bounds(&self) -> String {
        self.within.json()
    }

    /// What the system claims about replay within these bounds unless something else is asked for.
    pub fn default_claim(&self) -> Option<Claim> {
        self.within.default_claim()
    }

    /// Whether a trace may ask for this.
    ///
    /// # Errors
    /// What is too much, and how much would not be.
    pub fn check_limits(&self, claim: Option<Claim>) -> Result<(), String> {
        self.within.check_limits(claim)
    }

    /// The system as published, or a mutant by its name; `None` if the system does not know it.
    pub fn build(&self, mutant: Option<&str>, watching: Watching) -> Option<Box<dyn Explorable>> {
        self.within.build(mutant, watching)
    }

    /// The same bounds of another system, if they are bounds of that one too.
    pub fn on(&self, systems: &Systems, name: &str) -> Option<Scope> {
        if self.name() == name {
            return Some(self.clone());
        }
        let other = systems.named(name)?;
        let alike = other.same_bounds_as().contains(&self.name())
            || self.system.same_bounds_as().contains(&name);
        alike.then(|| other.scope(&self.bounds()).ok()).flatten()
    }
}

impl PartialEq for Scope {
    fn eq(&self, other: &Self) -> bool {
        self.name() == other.name() && self.bounds() == other.bounds()
    }
}

impl Eq for Scope {}

impl fmt::Debug for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} within {}", self.name(), self.bounds())
    }
}
