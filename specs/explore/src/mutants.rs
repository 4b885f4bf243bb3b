//! Mistakes that can be switched on, each with what must come of it.
//!
//! A mutant is one declaration, in the folder of the system that searches for it: where it is made, what goes wrong, the
//! bounds, what it breaks there in how many steps, and a run that comes close and passes.

use std::fmt;

use plimsoll_promises::PromiseId;

use crate::scope::Scope;

/// A named mistake of a system, `M`, with the bounds `B` within which it is searched for.
#[derive(Debug, Clone, Copy)]
pub struct Mutant<M: 'static, B: 'static> {
    /// Its name on the command line: the number in the bug catalogue, where it has one. No other mistake has it, in any
    /// system.
    pub name: &'static str,
    /// What goes wrong, in one sentence.
    pub description: &'static str,
    /// The mistake, and where it is made.
    pub mistake: M,
    /// The bounds within which it is searched for.
    pub bounds: B,
    /// What it breaks within these bounds, and in how many steps at least, the fewest first; no other promise detects it
    /// there.
    pub breaks: &'static [(PromiseId, usize)],
    /// A run that comes close and must pass.
    pub passes: PassingVariant<M, B>,
}

/// What a mutant does.
pub trait Mistake: Copy + Send + Sync + 'static {
    /// Where it is made.
    fn made_in(&self) -> MadeIn;

    /// The promise that watches alone unless something else is asked for; where there is none, all of them do.
    fn watched_by(&self) -> Option<PromiseId> {
        None
    }
}

/// Where a mistake is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MadeIn {
    /// In the model, and in this crate of the code that ships.
    ModelAndCode(&'static str),
    /// In the model of a client, which is all that there is of clients.
    Client,
    /// In this crate of the code that ships.
    Code(&'static str),
    /// In the explorer itself: it stands for code that ships, which it drives too little of. Such a mutant shows that a
    /// promise detects the mistake, not that the mistake would be detected in the code. They are counted apart.
    Harness(&'static str),
}

impl MadeIn {
    /// Whether the code that ships can make it.
    pub fn is_in_code(self) -> bool {
        matches!(self, MadeIn::ModelAndCode(_) | MadeIn::Code(_))
    }

    /// Whether only the explorer makes it.
    pub fn is_in_harness(self) -> bool {
        matches!(self, MadeIn::Harness(_))
    }
}

impl fmt::Display for MadeIn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            MadeIn::ModelAndCode(place) => write!(f, "the model and {place}"),
            MadeIn::Client => write!(f, "the model of the client"),
            MadeIn::Code(place) => write!(f, "{place}"),
            MadeIn::Harness(place) => write!(f, "the harness: {place}"),
        }
    }
}

/// What keeps a mutant from doing harm in a run that comes close.
#[derive(Debug, Clone, Copy)]
pub enum PassingVariant<M: 'static, B: 'static> {
    /// It runs within these bounds, which take away what it needs.
    Within {
        /// Why nothing breaks.
        description: &'static str,
        /// The bounds.
        bounds: B,
    },
    /// The claim is looser: `U` so many records greater than the client's window.
    LooserClaim {
        /// Why nothing breaks.
        description: &'static str,
        /// Records.
        by: u8,
    },
    /// Everything but this promise watches, within these bounds.
    Unwatched {
        /// Why nothing else breaks.
        description: &'static str,
        /// The promise.
        promise: PromiseId,
        /// The bounds.
        bounds: B,
    },
    /// Only a part of the mistake is made.
    OnlyPart {
        /// Why nothing breaks.
        description: &'static str,
        /// The part.
        mistake: M,
    },
}

impl<M: Mistake, B> Mutant<M, B> {
    /// The promise that it breaks in the fewest steps.
    pub fn first_broken(&self) -> PromiseId {
        self.breaks[0].0
    }

    /// Of these promises, those that do not detect it within its bounds. Where one watches alone nobody knows.
    pub fn not_detected_by(&self, promises: &[PromiseId]) -> Vec<PromiseId> {
        if self.mistake.watched_by().is_some() {
            return Vec::new();
        }
        let detects = |promise: &PromiseId| self.breaks.iter().any(|(of, _)| of == promise);
        let promises = promises.iter().copied();
        promises.filter(|promise| !detects(promise)).collect()
    }
}

impl<M, B> PassingVariant<M, B> {
    /// Why nothing breaks.
    pub fn description(&self) -> &'static str {
        match self {
            PassingVariant::Within { description, .. }
            | PassingVariant::LooserClaim { description, .. }
            | PassingVariant::Unwatched { description, .. }
            | PassingVariant::OnlyPart { description, .. } => description,
        }
    }
}

/// A mutant of any system.
#[derive(Debug, Clone)]
pub struct KnownMutant {
    /// Its name on the command line.
    pub name: &'static str,
    /// What goes wrong, in one sentence.
    pub description: &'static str,
    /// Where it is made.
    pub made_in: MadeIn,
    /// The systems that know it; it is searched for in the first one unless something else is asked for.
    pub systems: Vec<&'static str>,
    /// The first of these systems, within the bounds in which it is searched for.
    pub scope: Scope,
    /// What it breaks within these bounds, and in how many steps at least.
    pub breaks: &'static [(PromiseId, usize)],
    /// The promise that watches alone unless something else is asked for, if one does.
    pub watched_by: Option<PromiseId>,
    /// The promises that do not detect it within these bounds.
    pub not_detected_by: Vec<PromiseId>,
    /// Why nothing breaks in a run that comes close.
    pub passes: &'static str,
}
