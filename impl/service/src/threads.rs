//! The threads: one flusher for each shard, one loader, one for time. All of them are joined in the end.

use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;

use plimsoll_coordinator::{ErrorCode, GroupRequest, GroupResponse};
use plimsoll_shard::Failure;

use crate::clock::Clock;
use crate::load_queue::LoadQueue;
use crate::shared_log::SharedLog;
use crate::shared_shard::SharedShard;
use crate::stop::Stop;
use crate::ticket::Reply;

/// Settings of a threads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Options {
    /// How often timers and time-outs are looked at: as late as this they may be noticed.
    pub tick: Duration,
}

impl Default for Options {
    fn default() -> Options {
        Options {
            tick: Duration::from_millis(10),
        }
    }
}

struct Shared<L> {
    shards: Vec<SharedShard<L>>,
    clock: Arc<dyn Clock>,
    loads: LoadQueue,
    stop: Stop,
}

/// Shards and the threads around them. Requests come from any number of other threads.
pub struct Threads<L: SharedLog> {
    shared: Arc<Shared<L>>,
    flushers: Vec<JoinHandle<()>>,
    loader: Option<JoinHandle<()>>,
    timer: Option<JoinHandle<()>>,
}

impl<L: SharedLog> Threads<L> {
    /// Starts the threads. The shards are unloaded until they are elected.
    ///
    /// # Errors
    /// A thread could not be started; those that were have ended.
    pub fn start(
        shards: Vec<SharedShard<L>>,
        clock: Arc<dyn Clock>,
        options: Options,
    ) -> io::Result<Threads<L>> {
        let shared = Arc::new(Shared {
            shards,
            clock,
            loads: LoadQueue::default(),
            stop: Stop::default(),
        });
        // Dropped on an early return, this closes what has been started.
        let mut threads = Threads {
            flushers: Vec::new(),
            loader: None,
            timer: None,
            shared: Arc::clone(&shared),
        };
        for index in 0..shared.shards.len() {
            let shared = Arc::clone(&shared);
            let flusher = spawn(&format!("flusher-{index}"), move || shared.flush(index))?;
            threads.flushers.push(flusher);
        }
        let loading = Arc::clone(&shared);
        threads.loader = Some(spawn("loader", move || loading.load())?);
        threads.timer = Some(spawn("timer", move || shared.tick(options.tick))?);
        Ok(threads)
    }

    /// The shards, in the order in which they were given.
    pub fn shards(&self) -> &[SharedShard<L>] {
        &self.shared.shards
    }

    /// This broker leads the partition in `leader_epoch`: loads the shard, unless that is no news or there is no such
    /// shard.
    pub fn elect(&self, shard: usize, leader_epoch: i32) {
        let now = self.shared.clock.now();
        if let Some(elected) = self.shared.shards.get(shard)
            && elected.elect(now, leader_epoch)
        {
            self.shared.loads.push(shard, leader_epoch);
        }
    }

    /// This broker does not lead the partition any more since `leader_epoch`.
    pub fn resign(&self, shard: usize, leader_epoch: i32) {
        if let Some(shard) = self.shared.shards.get(shard) {
            shard.resign(self.shared.clock.now(), leader_epoch);
        }
    }

    /// Takes a request. See [`SharedShard::submit`].
    pub fn submit(
        &self,
        shard: usize,
        limit: Option<Duration>,
        request: Arc<GroupRequest>,
        reply: Reply<GroupResponse>,
    ) {
        match self.shared.shards.get(shard) {
            Some(shard) => shard.submit(self.shared.clock.now(), limit, request, reply),
            None => reply(request.refusal(ErrorCode::NotCoordinator)),
        }
    }

    /// Takes no more requests, syncs what has been appended, answers what that releases, refuses whoever still waits,
    /// and joins all threads. Dropping them does the same. Done again, it does nothing.
    pub fn close(&mut self) {
        for shard in &self.shared.shards {
            shard.begin_closing();
        }
        for flusher in self.flushers.drain(..) {
            // Its panics are caught where they can be told to the shard.
            let _ = flusher.join();
        }
        self.shared.loads.close();
        self.shared.stop.stop();
        for thread in [self.loader.take(), self.timer.take()]
            .into_iter()
            .flatten()
        {
            let _ = thread.join();
        }
        for shard in &self.shared.shards {
            shard.finish_closing(self.shared.clock.now());
        }
    }
}

impl<L: SharedLog> Drop for Threads<L> {
    fn drop(&mut self) {
        self.close();
    }
}

fn spawn(name: &str, work: impl FnOnce() + Send + 'static) -> io::Result<JoinHandle<()>> {
    std::thread::Builder::new()
        .name(name.to_owned())
        .spawn(work)
}

impl<L: SharedLog> Shared<L> {
    fn flush(&self, index: usize) {
        let shard = &self.shards[index];
        let clock = || self.clock.now();
        let run = || shard.run_flusher(&clock);
        while catch_unwind(AssertUnwindSafe(run)).is_err() {
            shard.fail_now(clock(), Failure::Panicked("flusher"));
        }
    }

    fn load(&self) {
        let clock = || self.clock.now();
        while let Some((index, leader_epoch)) = self.loads.next() {
            let shard = &self.shards[index];
            let run = || shard.load(&clock, leader_epoch);
            if catch_unwind(AssertUnwindSafe(run)).is_err() && shard.is_loading(leader_epoch) {
                shard.fail_now(clock(), Failure::Panicked("loader"));
            }
        }
    }

    fn tick(&self, every: Duration) {
        while !self.stop.wait(every) {
            for shard in &self.shards {
                // A coordinator that panics fails its shard when somebody next takes the lock; time goes on for the others.
                let _ = catch_unwind(AssertUnwindSafe(|| shard.tick(self.clock.now())));
            }
        }
    }
}
