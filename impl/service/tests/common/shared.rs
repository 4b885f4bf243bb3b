//! A disk that is one for all its clones, and on which a test can put its hands while a service works on it.

use std::sync::atomic::{AtomicU64, Ordering::SeqCst};
use std::sync::{Arc, Mutex, MutexGuard};

use plimsoll_disk::{Disk, DiskError};

#[derive(Debug)]
pub struct Shared<D> {
    disk: Arc<Mutex<D>>,
    gate: Arc<Mutex<()>>,
    way_back: Arc<Mutex<()>>,
    synced: Arc<AtomicU64>,
}

impl<D> Clone for Shared<D> {
    fn clone(&self) -> Shared<D> {
        Shared {
            disk: Arc::clone(&self.disk),
            gate: Arc::clone(&self.gate),
            way_back: Arc::clone(&self.way_back),
            synced: Arc::clone(&self.synced),
        }
    }
}

impl<D> Shared<D> {
    pub fn new(disk: D) -> Shared<D> {
        Shared {
            disk: Arc::new(Mutex::new(disk)),
            gate: Arc::default(),
            way_back: Arc::default(),
            synced: Arc::default(),
        }
    }

    /// Everybody else waits meanwhile.
    pub fn get(&self) -> MutexGuard<'_, D> {
        self.disk.lock().expect("no disk panics")
    }

    /// Syncs do what they do with what is there, and do not return until this is dropped.
    pub fn hold_returns(&self) -> MutexGuard<'_, ()> {
        self.way_back.lock().expect("nobody panics under it")
    }

    /// How many files have been synced, whether or not somebody was told.
    pub fn synced(&self) -> u64 {
        self.synced.load(SeqCst)
    }

    /// Syncs hang, before they do anything, until this is dropped; everything else goes on.
    pub fn hold_syncs(&self) -> MutexGuard<'_, ()> {
        self.gate.lock().expect("nobody panics under it")
    }
}

impl<D: Disk> Disk for Shared<D> {
    fn create_dir(&mut self, path: &str) -> Result<(), DiskError> {
        self.get().create_dir(path)
    }
    fn create(&mut self, path: &str) -> Result<(), DiskError> {
        self.get().create(path)
    }
    fn write_at(&mut self, path: &str, position: u64, bytes: &[u8]) -> Result<(), DiskError> {
        self.get().write_at(path, position, bytes)
    }
    fn truncate(&mut self, path: &str, length: u64) -> Result<(), DiskError> {
        self.get().truncate(path, length)
    }
    fn sync(&mut self, path: &str) -> Result<(), DiskError> {
        drop(self.hold_syncs());
        let done = self.get().sync(path);
        self.synced.fetch_add(1, SeqCst);
        drop(self.hold_returns());
        done
    }
    fn sync_dir(&mut self, path: &str) -> Result<(), DiskError> {
        self.get().sync_dir(path)
    }
    fn remove(&mut self, path: &str) -> Result<(), DiskError> {
        self.get().remove(path)
    }
    fn rename(&mut self, from: &str, to: &str) -> Result<(), DiskError> {
        self.get().rename(from, to)
    }
    fn read_at(&self, path: &str, position: u64, length: usize) -> Result<Vec<u8>, DiskError> {
        self.get().read_at(path, position, length)
    }
    fn len(&self, path: &str) -> Result<u64, DiskError> {
        self.get().len(path)
    }
    fn list(&self, path: &str) -> Result<Vec<String>, DiskError> {
        self.get().list(path)
    }
}
