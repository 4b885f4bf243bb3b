//! The service: shards, the threads around them, and which of them a request is for.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use plimsoll_coordinator::{
    Coordinator, Endpoint, ErrorCode, GroupRequest, GroupResponse, OffsetFetch, OffsetsTopicView,
    Status,
};
use plimsoll_disk::Disk;
use plimsoll_offsets::{OFFSETS_TOPIC, Text};
use plimsoll_shard::{Failure, Metrics, Shard};

use crate::clock::Clock;
use crate::config::Config;
use crate::error::{CloseError, StartError};
use crate::gathering::{Gathering, whole};
use crate::offsets_log::OffsetsLog;
use crate::shared_shard::SharedShard;
use crate::threads::{Options, Threads};
use crate::ticket::Ticket;

/// A group coordinator on a disk, for any number of threads. See the head of the crate.
pub struct Service<D: Disk + Clone + Send + 'static> {
    threads: Threads<OffsetsLog<D>>,
    metrics: Arc<dyn Metrics>,
    commit_timeout: Duration,
}

impl<D: Disk + Clone + Send + 'static> Service<D> {
    /// Recovers the log of every partition, making what is missing, and starts the threads. No partition is led until it
    /// is [elected](Service::elect). Clones of `disk` must be the same disk.
    ///
    /// # Errors
    /// [`StartError`].
    pub fn start(
        disk: D,
        config: &Config,
        clock: Arc<dyn Clock>,
        metrics: Arc<dyn Metrics>,
    ) -> Result<Service<D>, StartError> {
        if config.offsets_partitions < 1 {
            return Err(StartError::Partitions(config.offsets_partitions));
        }
        let (settings, topics) = (config.coordinator.clone(), config.topics.clone());
        let coordinator =
            Coordinator::new(Arc::new(settings), config.decisions, Arc::new(topics), -1);
        let shard = Shard::new(&coordinator);
        let log_config = Arc::new(config.log.clone());
        let mut shards = Vec::new();
        for partition in 0..config.offsets_partitions {
            let directory = format!("{OFFSETS_TOPIC}-{partition}");
            let log = OffsetsLog::open(disk.clone(), &directory, &log_config)?;
            let shard = SharedShard::new(log, shard.clone(), config.expiry_interval_ms);
            shards.push(shard.with_metrics(Arc::clone(&metrics)));
        }
        Ok(Service {
            threads: Threads::start(shards, clock, Options { tick: config.tick })?,
            metrics,
            commit_timeout: config.commit_timeout,
        })
    }

    /// How many partitions the offsets topic has.
    pub fn partitions(&self) -> i32 {
        i32::try_from(self.threads.shards().len()).unwrap_or(i32::MAX)
    }

    /// This broker leads the partition in `leader_epoch`: it is loaded, unless that is no news or there is no such
    /// partition.
    pub fn elect(&self, partition: i32, leader_epoch: i32) {
        if let Some((index, shard)) = self.shard(partition) {
            shard.log().lead(leader_epoch);
            self.threads.elect(index, leader_epoch);
        }
    }

    /// Leads every partition in an epoch of its own that nobody has led in: what a broker that is alone does.
    pub fn elect_all(&self) {
        for partition in 0..self.partitions() {
            if let Some((_, shard)) = self.shard(partition) {
                self.elect(partition, shard.log().next_leader_epoch());
            }
        }
    }

    /// This broker does not lead the partition any more since `leader_epoch`. Whoever waits is told that the outcome is
    /// open (S4).
    pub fn resign(&self, partition: i32, leader_epoch: i32) {
        if let Some((index, shard)) = self.shard(partition) {
            shard.log().resign(leader_epoch);
            self.threads.resign(index, leader_epoch);
        }
    }

    /// What a partition's shard can do, and the epoch of the last election or resignation; none if there is no such
    /// partition.
    pub fn status(&self, partition: i32) -> Option<(Status, i32)> {
        self.shard(partition).map(|(_, shard)| shard.status())
    }

    /// Why a partition's shard has failed, if it has.
    pub fn failure(&self, partition: i32) -> Option<Failure> {
        self.shard(partition)?.1.failure()
    }

    /// A partition's log, to look at or to compact.
    pub fn log(&self, partition: i32) -> Option<&OffsetsLog<D>> {
        self.shard(partition).map(|(_, shard)| shard.log())
    }

    /// Takes a request. `reply` is called exactly once, by this thread or another; it must be quick, and must not call
    /// the service. A request about groups of several partitions is taken apart, and the answers are put together.
    pub fn submit(
        &self,
        request: GroupRequest,
        reply: impl FnOnce(GroupResponse) + Send + 'static,
    ) {
        let mut parts = request.scatter(self.partitions());
        if parts.len() > 1 {
            return self.submit_parts(request, parts, reply);
        }
        match parts.pop() {
            Some((partition, part)) => self.submit_to(partition, part, reply),
            None => reply(whole(&request, Vec::new())),
        }
    }

    fn submit_parts(
        &self,
        request: GroupRequest,
        parts: Vec<(i32, GroupRequest)>,
        reply: impl FnOnce(GroupResponse) + Send + 'static,
    ) {
        let gathering = Gathering::new(Arc::new(request), parts.len(), reply);
        let gathering = Arc::new(Mutex::new(gathering));
        for (index, (partition, part)) in parts.into_iter().enumerate() {
            let gathering = Arc::clone(&gathering);
            self.submit_to(partition, part, move |answer| {
                let mut gathering = gathering.lock().unwrap_or_else(PoisonError::into_inner);
                let complete = gathering.take(index, answer);
                drop(gathering);
                if let Some((reply, answer)) = complete {
                    reply(answer);
                }
            });
        }
    }

    /// Takes a request for one partition, as [`Service::submit`] does: the end of a transaction is for the partitions
    /// that have a part in it, which whoever coordinates it knows.
    pub fn submit_to(
        &self,
        partition: i32,
        request: GroupRequest,
        reply: impl FnOnce(GroupResponse) + Send + 'static,
    ) {
        let request = Arc::new(request);
        let Some((index, _)) = self.shard(partition) else {
            return reply(request.refusal(ErrorCode::NotCoordinator));
        };
        let (metrics, begun) = (Arc::clone(&self.metrics), Instant::now());
        let reply = move |answer| {
            metrics.answered(u64::try_from(begun.elapsed().as_micros()).unwrap_or(u64::MAX));
            reply(answer);
        };
        let limit = self.limit(&request);
        self.threads.submit(index, limit, request, Box::new(reply));
    }

    /// Takes a request and gives a ticket for its answer.
    pub fn ask(&self, request: GroupRequest) -> Ticket<GroupResponse> {
        let (ticket, reply) = Ticket::new();
        self.submit(request, reply);
        ticket
    }

    /// As [`Service::ask`], for one partition.
    pub fn ask_partition(&self, partition: i32, request: GroupRequest) -> Ticket<GroupResponse> {
        let (ticket, reply) = Ticket::new();
        self.submit_to(partition, request, reply);
        ticket
    }

    /// Who waits for other members may wait for long; nobody waits for long for the disk.
    fn limit(&self, request: &GroupRequest) -> Option<Duration> {
        match request {
            GroupRequest::Join(_) | GroupRequest::Sync(_) => None,
            _ => Some(self.commit_timeout),
        }
    }

    fn shard(&self, partition: i32) -> Option<(usize, &SharedShard<OffsetsLog<D>>)> {
        let index = usize::try_from(partition).ok()?;
        Some((index, self.threads.shards().get(index)?))
    }

    /// How far a group is behind in a partition whose log ends at `log_end`: records that it has yet to process. None
    /// if it has committed nothing there, or is not served here. Without a committed offset the lag depends on where a
    /// consumer would begin, which it alone knows.
    pub fn lag(&self, group: &str, topic: &str, partition: i32, log_end: i64) -> Option<i64> {
        let fetch = GroupRequest::Fetch(OffsetFetch {
            group: Text::from(group),
            require_stable: false,
            partitions: Some(vec![(Text::from(topic), partition)]),
        });
        // What is read at the high watermark is answered at once.
        match self.ask(fetch).wait(Duration::ZERO) {
            Some(GroupResponse::Fetch(response)) => {
                let committed = response.partitions.first()?.offset;
                (committed >= 0).then(|| log_end.saturating_sub(committed).max(0))
            }
            _ => None,
        }
    }

    /// What this broker knows of the offsets topic when it is alone: what it leads, clients find at `endpoint`.
    pub fn topic_view(&self, broker: i32, endpoint: Endpoint) -> OffsetsTopicView {
        let shards = self.threads.shards().iter();
        let leaders = shards.map(|shard| match shard.status() {
            (Status::Stopped, _) => None,
            _ => Some(broker),
        });
        OffsetsTopicView {
            leaders: Some(leaders.collect()),
            brokers: [(broker, endpoint)].into(),
        }
    }

    /// Takes no more requests, syncs what has been appended, answers what that releases, tells whoever still waits that
    /// the outcome is open, and closes the logs. Dropping the service does the same, but for checkpoints of the logs.
    ///
    /// # Errors
    /// The first log that did not close well; all the others have been closed.
    pub fn shutdown(mut self) -> Result<(), CloseError> {
        self.threads.close();
        let mut first = Ok(());
        for (partition, shard) in (0..).zip(self.threads.shards()) {
            if let Err(reason) = shard.log().checkpoint() {
                first = first.and(Err(CloseError { partition, reason }));
            }
        }
        first
    }
}
