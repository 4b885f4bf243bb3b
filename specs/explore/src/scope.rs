//! Every explored system within bounds: what can be stored, named and built again.

use plimsoll_model::Bounds;

use crate::{disk::DiskBounds, groups::GroupsBounds};

/// A system within bounds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// The model of a consumer group.
    Design(Bounds),
    /// The real broker, in lock-step with that model.
    Code(Bounds),
    /// The real log on a simulated disk.
    Disk(DiskBounds),
    /// The real coordinator over an offsets log that is compacted, lost and loaded again.
    Groups(GroupsBounds),
}

impl Scope {
    /// The systems by name.
    pub const SYSTEMS: [&str; 4] = ["design", "code", "disk", "groups"];

    /// The system's name.
    pub fn system(&self) -> &'static str {
        match self {
            Scope::Design(_) => "design",
            Scope::Code(_) => "code",
            Scope::Disk(_) => "disk",
            Scope::Groups(_) => "groups",
        }
    }

    /// The same bounds of another system, if they are bounds of that one too.
    pub fn on(self, system: &str) -> Option<Scope> {
        match (self, system) {
            (Scope::Design(bounds) | Scope::Code(bounds), "design") => Some(Scope::Design(bounds)),
            (Scope::Design(bounds) | Scope::Code(bounds), "code") => Some(Scope::Code(bounds)),
            (Scope::Disk(bounds), "disk") => Some(Scope::Disk(bounds)),
            (Scope::Groups(bounds), "groups") => Some(Scope::Groups(bounds)),
            _ => None,
        }
    }
}
