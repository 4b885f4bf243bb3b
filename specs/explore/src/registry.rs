//! The systems that there are: one line each.
//!
//! Whatever lists systems, runs or mutants, or reads one of them by name, asks here. A new system is a folder with a
//! [`Descriptor`](crate::descriptor::Descriptor) in it, and a line in [`SYSTEMS`].

use crate::{
    code::Code, descriptor::Registered, design::Design, disk::Disk, groups::Groups,
    mutants::KnownMutant, runs::Run,
};

/// Every explored system, in the order in which `check` makes their runs.
pub static SYSTEMS: Systems = Systems(&[&Design, &Code, &Disk, &Groups]);

/// Systems by name.
#[derive(Clone, Copy)]
pub struct Systems(pub &'static [&'static dyn Registered]);

impl Systems {
    /// Their names.
    pub fn names(&self) -> Vec<&'static str> {
        self.0.iter().map(|system| system.name()).collect()
    }

    /// The system of this name.
    pub fn named(&self, name: &str) -> Option<&'static dyn Registered> {
        self.0.iter().copied().find(|system| system.name() == name)
    }

    /// Every run of every system, those that take minutes too.
    pub fn runs(&self) -> Vec<Run> {
        self.0.iter().flat_map(|system| system.runs()).collect()
    }

    /// Every mutant, each declaration once. A declaration that several systems know has one name.
    pub fn mutants(&self) -> Vec<KnownMutant> {
        let mut all: Vec<KnownMutant> = Vec::new();
        for mutant in self.0.iter().flat_map(|system| system.mutants()) {
            match all.iter_mut().find(|known| known.name == mutant.name) {
                Some(known) => known.systems.extend(mutant.systems),
                None => all.push(mutant),
            }
        }
        all
    }

    /// The mutant of this name, in any case.
    pub fn mutant(&self, name: &str) -> Option<KnownMutant> {
        let mut all = self.mutants().into_iter();
        all.find(|known| known.name.eq_ignore_ascii_case(name))
    }
}
