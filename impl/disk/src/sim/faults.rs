//! Faults armed on a simulated disk: countdowns, never absolute numbers, so that two runs that stand at the same point
//! are the same.

use std::collections::BTreeSet;

use crate::DiskError;

/// A fault that one operation reports. See the fault model at the head of the crate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// EIO on a write, after half of its bytes were written.
    WriteIo,
    /// ENOSPC on a write, after half of its bytes were written.
    WriteNoSpace,
    /// EIO on a truncation, which had no effect.
    TruncateIo,
    /// EIO on the sync of a file or directory, which from then on refuses every operation.
    SyncIo,
}

impl Fault {
    pub(super) fn error(self, path: &str) -> DiskError {
        let path = path.to_owned();
        match self {
            Fault::WriteNoSpace => DiskError::NoSpace { path },
            Fault::WriteIo | Fault::TruncateIo | Fault::SyncIo => DiskError::Io {
                path,
                reason: "input/output error".to_owned(),
            },
        }
    }
}

/// The armed faults, and what became of those that happened.
#[derive(Clone, Debug, Default)]
pub(super) struct Faults {
    operations: u64,
    crash: Option<u64>,
    off: bool,
    armed: Vec<(u64, Fault)>,
    poisoned: BTreeSet<String>,
}

impl Faults {
    pub(super) fn operations(&self) -> u64 {
        self.operations
    }

    pub(super) fn is_off(&self) -> bool {
        self.off
    }

    pub(super) fn crash_at(&mut self, n: Option<u64>) {
        self.crash = n;
    }

    pub(super) fn fail_at(&mut self, n: u64, fault: Fault) {
        self.armed.push((n, fault));
    }

    pub(super) fn powered(&self) -> Result<(), DiskError> {
        if self.off {
            Err(DiskError::PowerCut)
        } else {
            Ok(())
        }
    }

    /// Counts one changing operation, and cuts the power if this is the armed one.
    pub(super) fn count(&mut self) -> Result<(), DiskError> {
        self.powered()?;
        match self.crash {
            Some(0) => {
                self.off = true;
                return Err(DiskError::PowerCut);
            }
            Some(n) => self.crash = Some(n - 1),
            None => {}
        }
        self.operations += 1;
        Ok(())
    }

    pub(super) fn poison(&mut self, path: &str) {
        self.poisoned.insert(path.to_owned());
    }

    pub(super) fn believed(&self, path: &str) -> Result<(), DiskError> {
        if self.poisoned.contains(path) {
            return Err(DiskError::Poisoned {
                path: path.to_owned(),
            });
        }
        Ok(())
    }

    pub(super) fn next_write(&mut self) -> Option<Fault> {
        self.next(&[Fault::WriteIo, Fault::WriteNoSpace])
    }

    pub(super) fn next_truncate(&mut self) -> Option<Fault> {
        self.next(&[Fault::TruncateIo])
    }

    pub(super) fn next_sync(&mut self) -> Option<Fault> {
        self.next(&[Fault::SyncIo])
    }

    /// Counts down the armed faults of these kinds; the first that is due is taken out and happens.
    fn next(&mut self, kinds: &[Fault]) -> Option<Fault> {
        let due = self
            .armed
            .iter()
            .position(|(left, fault)| *left == 0 && kinds.contains(fault));
        let happens = due.map(|index| self.armed.remove(index).1);
        for (left, fault) in &mut self.armed {
            if kinds.contains(fault) {
                *left = left.saturating_sub(1);
            }
        }
        happens
    }
}
