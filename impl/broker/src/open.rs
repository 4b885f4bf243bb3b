//! Opening a broker: recovery of every log.

use std::collections::BTreeMap;
use std::sync::Arc;

use plimsoll_coordinator::{Coordinator, Timestamp, Topics};
use plimsoll_disk::Disk;
use plimsoll_log::RecoveryReport;
use plimsoll_offsets::OFFSETS_TOPIC;
use plimsoll_shard::{Partition, Shard};

use crate::api::Effect;
use crate::broker::Broker;
use crate::config::Config;
use crate::error::{OpenError, OpenFailure};
use crate::partition::{DataPartition, OffsetsPartition};

/// A broker that is ready to serve, and what starting it calls for: timers of the groups it loaded.
pub type Started<D> = (Broker<D>, Vec<Effect>);

impl<D: Disk> Broker<D> {
    /// Recovers every log on the disk and makes what is missing. Coordinators are loading until [`Broker::load`].
    ///
    /// # Errors
    /// A bad configuration, or a disk that failed; it is handed back as recovery left it. Trying again is always right.
    pub fn open(mut disk: D, config: &Config) -> Result<Broker<D>, Box<OpenFailure<D>>> {
        match recover(&mut disk, config) {
            Ok(Recovered {
                data,
                offsets,
                reports,
            }) => Ok(Broker {
                disk,
                decisions: config.decisions,
                data,
                offsets,
                reports: reports.into(),
                stopped: false,
            }),
            Err(error) => Err(Box::new(OpenFailure { disk, error })),
        }
    }

    /// [`Broker::open`] and [`Broker::load`] in one: ready to serve if no [`Effect::FailStop`] is among the effects.
    ///
    /// # Errors
    /// Those of [`Broker::open`].
    pub fn start(
        disk: D,
        config: &Config,
        now: Timestamp,
    ) -> Result<Started<D>, Box<OpenFailure<D>>> {
        let mut broker = Broker::open(disk, config)?;
        let effects = broker.load(now);
        Ok((broker, effects))
    }
}

#[derive(Default)]
struct Recovered {
    data: BTreeMap<(plimsoll_offsets::Text, i32), Arc<DataPartition>>,
    offsets: Vec<Arc<OffsetsPartition>>,
    reports: Vec<RecoveryReport>,
}

fn recover(disk: &mut impl Disk, config: &Config) -> Result<Recovered, OpenError> {
    config.check()?;
    let mut recovered = Recovered::default();
    let of_data = Arc::new(config.log.clone());
    for topic in &config.topics {
        for index in 0..topic.partitions {
            let directory = format!("{}-{index}", topic.name);
            let (mut partition, report) = Partition::open(disk, &directory, &of_data)?;
            partition.lead(partition.next_leader_epoch());
            let data = DataPartition {
                partition,
                waiting: Vec::new(),
            };
            recovered
                .data
                .insert((topic.name.clone(), index), Arc::new(data));
            recovered.reports.push(report);
        }
    }
    let topics: Arc<Topics> = Arc::new(
        config
            .topics
            .iter()
            .map(|t| (t.name.clone(), t.partitions))
            .collect(),
    );
    let settings = Arc::new(config.coordinator.clone());
    let shard = Shard::new(&Coordinator::new(settings, config.decisions, topics, -1));
    let of_offsets = Arc::new(config.offsets_log.clone());
    for index in 0..config.offsets_partitions {
        let directory = format!("{OFFSETS_TOPIC}-{index}");
        let (partition, report) = Partition::open(disk, &directory, &of_offsets)?;
        let shard = shard.clone();
        let mut offsets = OffsetsPartition { partition, shard };
        offsets.lead();
        recovered.offsets.push(Arc::new(offsets));
        recovered.reports.push(report);
    }
    Ok(recovered)
}
