//! The threads: one flusher for each shard, one loader, one for time. All of them are joined in the end.

use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;

use crate::clock::Clock;
use crate::loader::LoadQueue;
use crate::machine::Machine;
use crate::partition_log::PartitionLog;
use crate::refusal::Refusal;
use crate::shard::Shard;
use crate::stop::Stop;
use crate::ticket::{Reply, Ticket};

/// Settings of a runtime.
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

struct Shared<M: Machine, L> {
    shards: Vec<Shard<M, L>>,
    clock: Arc<dyn Clock>,
    loads: LoadQueue,
    stop: Stop,
}

/// Shards and the threads around them. Requests come from any number of other threads.
pub struct Runtime<M: Machine, L: PartitionLog<Batch = M::Batch, Record = M::Record>> {
    shared: Arc<Shared<M, L>>,
    flushers: Vec<JoinHandle<()>>,
    loader: Option<JoinHandle<()>>,
    timer: Option<JoinHandle<()>>,
}

impl<M: Machine, L: PartitionLog<Batch = M::Batch, Record = M::Record>> Runtime<M, L> {
    /// Starts the threads. The shards are unloaded until they are elected.
    ///
    /// # Errors
    /// A thread could not be started; those that were have ended.
    pub fn start(
        shards: Vec<Shard<M, L>>,
        clock: Arc<dyn Clock>,
        options: Options,
    ) -> io::Result<Runtime<M, L>> {
        let shared = Arc::new(Shared {
            shards,
            clock,
            loads: LoadQueue::default(),
            stop: Stop::default(),
        });
        // Dropped on an early return, this closes what has been started.
        let mut runtime = Runtime {
            flushers: Vec::new(),
            loader: None,
            timer: None,
            shared: Arc::clone(&shared),
        };
        for index in 0..shared.shards.len() {
            let shared = Arc::clone(&shared);
            let flusher = spawn(&format!("flusher-{index}"), move || shared.flush(index))?;
            runtime.flushers.push(flusher);
        }
        let loading = Arc::clone(&shared);
        runtime.loader = Some(spawn("loader", move || loading.load())?);
        runtime.timer = Some(spawn("timer", move || shared.tick(options.tick))?);
        Ok(runtime)
    }

    /// The shards, in the order in which they were given.
    pub fn shards(&self) -> &[Shard<M, L>] {
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

    /// Takes a request. See [`Shard::submit`].
    pub fn submit(
        &self,
        shard: usize,
        limit: Option<Duration>,
        request: M::Request,
        reply: Reply<M::Response>,
    ) {
        match self.shared.shards.get(shard) {
            Some(shard) => shard.submit(self.shared.clock.now(), limit, request, reply),
            None => reply(Err(Refusal::NotLoaded)),
        }
    }

    /// Takes a request and gives a ticket for its answer. See [`Shard::submit`].
    pub fn ask(
        &self,
        shard: usize,
        limit: Option<Duration>,
        request: M::Request,
    ) -> Ticket<M::Response> {
        let (ticket, reply) = Ticket::new();
        self.submit(shard, limit, request, reply);
        ticket
    }

    /// Takes no more requests, syncs what has been appended, answers what that releases, refuses whoever still waits,
    /// and joins all threads. Dropping the runtime does the same. Done again, it does nothing.
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

impl<M: Machine, L: PartitionLog<Batch = M::Batch, Record = M::Record>> Drop for Runtime<M, L> {
    fn drop(&mut self) {
        self.close();
    }
}

fn spawn(name: &str, work: impl FnOnce() + Send + 'static) -> io::Result<JoinHandle<()>> {
    std::thread::Builder::new()
        .name(name.to_owned())
        .spawn(work)
}

impl<M: Machine, L: PartitionLog<Batch = M::Batch, Record = M::Record>> Shared<M, L> {
    fn flush(&self, index: usize) {
        let shard = &self.shards[index];
        let clock = || self.clock.now();
        let run = || shard.run_flusher(&clock);
        while catch_unwind(AssertUnwindSafe(run)).is_err() {
            shard.fail_now(clock(), "the flusher panicked");
        }
    }

    fn load(&self) {
        let clock = || self.clock.now();
        while let Some((index, leader_epoch)) = self.loads.next() {
            let shard = &self.shards[index];
            let run = || shard.load(&clock, leader_epoch);
            if catch_unwind(AssertUnwindSafe(run)).is_err() && shard.is_loading(leader_epoch) {
                shard.fail_now(clock(), "the loader panicked");
            }
        }
    }

    fn tick(&self, every: Duration) {
        while !self.stop.wait(every) {
            for shard in &self.shards {
                // A machine that panics fails its shard when somebody next takes the lock; time goes on for the others.
                let _ = catch_unwind(AssertUnwindSafe(|| shard.tick(self.clock.now())));
            }
        }
    }
}
