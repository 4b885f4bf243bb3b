//! Faults as a decorator: any disk, made to fail where a test wants it.

mod fault;
mod plan;

pub use fault::Fault;
use fault::Kind;
use plan::{Due, Plan};

use crate::{Disk, DiskError, Medium};

/// A disk on which chosen operations fail. Without a fault armed it does what the disk inside does.
///
/// The faults and counters belong to a run, not to the disk: explorers compare and store the disk inside.
#[derive(Clone, Debug, Default)]
pub struct Faulty<D> {
    inner: D,
    plan: Plan,
    off: bool,
}

impl<D> Faulty<D> {
    /// A disk with no fault armed.
    pub fn new(inner: D) -> Faulty<D> {
        Faulty {
            inner,
            plan: Plan::default(),
            off: false,
        }
    }

    /// The disk inside.
    pub fn inner(&self) -> &D {
        &self.inner
    }

    /// The disk inside. What is done to it is neither counted nor made to fail.
    pub fn inner_mut(&mut self) -> &mut D {
        &mut self.inner
    }

    /// The disk without faults: what a restarted process finds while the machine stays up, a failed sync included.
    pub fn into_inner(self) -> D {
        self.inner
    }

    /// Arms one `fault` for the `n`-th next operation of its kind (0 is the very next). Several may be armed.
    pub fn fail_at(&mut self, n: u64, fault: Fault) {
        self.plan.arm(n, fault);
    }

    /// Makes about one in `one_in` operations of the kinds of `faults` fail with one of them, as the seed has it. The
    /// same seed and the same operations fail alike. Replaces an earlier choice of this kind.
    pub fn fail_by_seed(&mut self, seed: u64, one_in: u64, faults: &[Fault]) {
        self.plan.draw(seed, one_in, faults);
    }

    /// Takes back every fault that has not happened. The power stays off if it is.
    pub fn disarm(&mut self) {
        self.plan.disarm();
    }

    /// Operations so far that change something, failed ones included: everything but reads.
    pub fn operations(&self) -> u64 {
        self.plan.counted(Kind::Change) - u64::from(self.off)
    }

    /// How many faults have happened.
    pub fn fired(&self) -> u64 {
        self.plan.fired()
    }

    /// Whether the power was cut.
    pub fn is_off(&self) -> bool {
        self.off
    }

    fn powered(&self) -> Result<(), DiskError> {
        match self.off {
            true => Err(DiskError::PowerCut),
            false => Ok(()),
        }
    }

    /// Counts one changing operation; cuts the power if it is time, or gives another fault that is due.
    fn next(&mut self, kind: Kind) -> Result<Option<Due>, DiskError> {
        self.powered()?;
        self.off = self.plan.next(Kind::Change).is_some();
        self.powered()?;
        Ok(self.plan.next(kind))
    }

    /// Counts a change of a name. The one fault of a removal is EIO: it needs no space.
    fn next_name(&mut self, path: &str, removes: bool) -> Result<(), DiskError> {
        match self.next(Kind::Name)? {
            None => Ok(()),
            Some(_) if removes => Err(Fault::NameIo.error(path)),
            Some(due) => Err(due.fault.error(path)),
        }
    }
}

impl<D: Medium> Faulty<D> {
    /// Flips the bits of `mask` in one byte of a file, now: bits rot whatever is done to the disk.
    ///
    /// # Errors
    /// [`DiskError::BeyondEnd`] if the file has no such byte.
    pub fn flip(&mut self, path: &str, position: u64, mask: u8) -> Result<(), DiskError> {
        self.inner.flip(path, position, mask)
    }

    fn misdirect(&mut self, path: &str, position: u64, bytes: &[u8]) -> Result<(), DiskError> {
        let length = self.inner.len(path)?;
        let many = bytes.len() as u64;
        let grown = (position + many).saturating_sub(length);
        // At most the write's own length.
        self.inner
            .write_at(path, length, &vec![0; grown as usize])?;
        match position.checked_sub(many) {
            Some(elsewhere) => self.inner.write_at(path, elsewhere, bytes),
            None => Ok(()),
        }
    }

    fn failing_write(
        &mut self,
        due: Due,
        path: &str,
        position: u64,
        bytes: &[u8],
    ) -> Result<(), DiskError> {
        // A write that cannot be made at all is refused for that reason.
        self.inner.write_at(path, position, &[])?;
        let part = due.part_of(bytes.len());
        match due.fault {
            Fault::WriteMisdirected => self.misdirect(path, position, bytes),
            Fault::WriteFlipped => {
                let mut flipped = bytes.to_vec();
                if let Some(byte) = flipped.get_mut(part) {
                    *byte ^= 1 << (part % 8);
                }
                self.inner.write_at(path, position, &flipped)
            }
            fault => {
                self.inner.write_at(path, position, &bytes[..part])?;
                Err(fault.error(path))
            }
        }
    }

    fn failing_sync(&mut self, due: Due, path: &str) -> Result<(), DiskError> {
        self.inner.forsake(path)?;
        Err(due.fault.error(path))
    }
}

impl<D: Medium> Disk for Faulty<D> {
    fn create_dir(&mut self, path: &str) -> Result<(), DiskError> {
        self.next_name(path, false)?;
        self.inner.create_dir(path)
    }

    fn create(&mut self, path: &str) -> Result<(), DiskError> {
        self.next_name(path, false)?;
        self.inner.create(path)
    }

    fn write_at(&mut self, path: &str, position: u64, bytes: &[u8]) -> Result<(), DiskError> {
        match self.next(Kind::Write)? {
            None => self.inner.write_at(path, position, bytes),
            Some(due) => self.failing_write(due, path, position, bytes),
        }
    }

    fn truncate(&mut self, path: &str, length: u64) -> Result<(), DiskError> {
        match self.next(Kind::Truncate)? {
            None => self.inner.truncate(path, length),
            Some(due) => Err(due.fault.error(path)),
        }
    }

    fn sync(&mut self, path: &str) -> Result<(), DiskError> {
        match self.next(Kind::Sync)? {
            None => self.inner.sync(path),
            Some(due) => self.failing_sync(due, path),
        }
    }

    fn sync_dir(&mut self, path: &str) -> Result<(), DiskError> {
        match self.next(Kind::Sync)? {
            None => self.inner.sync_dir(path),
            Some(due) => self.failing_sync(due, path),
        }
    }

    fn remove(&mut self, path: &str) -> Result<(), DiskError> {
        self.next_name(path, true)?;
        self.inner.remove(path)
    }

    fn rename(&mut self, from: &str, to: &str) -> Result<(), DiskError> {
        self.next_name(from, false)?;
        self.inner.rename(from, to)
    }

    fn read_at(&self, path: &str, position: u64, length: usize) -> Result<Vec<u8>, DiskError> {
        self.powered()?;
        let due = self.plan.next(Kind::Read);
        if let Some(due) = due
            && due.fault == Fault::ReadIo
        {
            return Err(due.fault.error(path));
        }
        let mut bytes = self.inner.read_at(path, position, length)?;
        if let Some(due) = due {
            bytes.truncate(due.part_of(bytes.len()));
        }
        Ok(bytes)
    }

    fn len(&self, path: &str) -> Result<u64, DiskError> {
        self.powered()?;
        self.inner.len(path)
    }

    fn list(&self, path: &str) -> Result<Vec<String>, DiskError> {
        self.powered()?;
        self.inner.list(path)
    }
}

#[cfg(test)]
mod tests;
