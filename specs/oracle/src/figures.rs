//! The figures of a history, and how each is counted.

use serde::Serialize;

/// What is counted on one lane while the history is read.
#[derive(Debug, Clone, Default)]
pub struct Counted {
    /// `process` events.
    pub processed: u64,
    /// Of them, the first of each offset.
    pub distinct: u64,
    /// Partitions in `assigned` events.
    pub tenures: u64,
    /// Tenures that no `assigned` event tells of.
    pub concluded: u64,
    /// `E` of what stood here before the topic was deleted.
    pub e: u64,
    /// `U`, the largest uncommitted window.
    pub uncommitted: u64,
    /// `Z`, the most records of one tenure after the next was assigned.
    pub zombie: u64,
    /// The most records between a tenure's start and the frontier before it.
    pub longest_replay: u64,
    /// Commits certainly refused.
    pub refused: u64,
    /// Commits certainly accepted.
    pub accepted: u64,
    /// Commits of which nothing is known.
    pub unknown: u64,
    /// Accepted commits of former owners whose generation is not known.
    pub without_generation: u64,
    /// Answers of OffsetFetch that no sequence of the commits allows.
    pub lost: u64,
    /// Records passed over on purpose, before the topic was deleted.
    pub passed_on_purpose: u64,
    /// Records skipped for good, before the topic was deleted.
    pub skipped: u64,
}

/// The figures of a lane, or of a whole history. What the history cannot tell is `None`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Figures {
    /// Records produced and acknowledged; aborted transactions' are not.
    pub records: u64,
    /// Offsets processed, per group.
    pub distinct: Option<u64>,
    /// `process` events.
    pub processed: Option<u64>,
    /// The difference: records processed again, replay on purpose among them.
    pub replayed: Option<u64>,
    /// Partitions in `assigned` events.
    pub tenures: Option<u64>,
    /// `E`: tenures that processed again what an earlier-started one also processed, at whatever time; replay on purpose left out.
    #[serde(rename = "E")]
    pub e: Option<u64>,
    /// `U`: the largest number of records between the last acknowledged commit of a tenure (or its start) and its frontier, while no later tenure was assigned and the application had not sought.
    #[serde(rename = "U")]
    pub u: Option<u64>,
    /// `Z`: the most records that one tenure processed after the next was assigned.
    #[serde(rename = "Z")]
    pub z: Option<u64>,
    /// The largest number of records between a tenure's start and the frontier before it.
    pub longest_replay: Option<u64>,
    /// Commits, per partition, refused with a certain error or ended by the abort of their transaction.
    pub refused_commits: u64,
    /// Commits, per partition, whose outcome no client saw and nothing in the history settles.
    pub unknown_commits: u64,
    /// Answers of OffsetFetch that no sequence of the commits allows.
    pub commits_lost: u64,
    /// Records below an accepted commit that nobody of the group ever processed.
    pub skipped: Option<u64>,
    /// Records that an accepted commit passed over before they were processed.
    pub exposed: Option<u64>,
    /// The longest that such a record was exposed before it was processed, in nanoseconds.
    pub longest_exposed_ns: Option<u64>,
    /// Records that a forward seek or an administrator passed over on purpose and nobody processed.
    pub passed_on_purpose: Option<u64>,
}

impl Figures {
    /// Adds a lane to a total: counts are added, the largest of `U`, `Z`, longest replay and exposure kept.
    pub fn add(&mut self, group_partition: &Figures) {
        fn sum(total: &mut Option<u64>, group_partition: Option<u64>) {
            *total = total
                .zip(group_partition)
                .map(|(total, group_partition)| total + group_partition)
                .or(*total)
                .or(group_partition);
        }
        fn largest(total: &mut Option<u64>, group_partition: Option<u64>) {
            *total = (*total).max(group_partition);
        }
        sum(&mut self.distinct, group_partition.distinct);
        sum(&mut self.processed, group_partition.processed);
        sum(&mut self.replayed, group_partition.replayed);
        sum(&mut self.tenures, group_partition.tenures);
        sum(&mut self.e, group_partition.e);
        largest(&mut self.u, group_partition.u);
        largest(&mut self.z, group_partition.z);
        largest(&mut self.longest_replay, group_partition.longest_replay);
        self.refused_commits += group_partition.refused_commits;
        self.unknown_commits += group_partition.unknown_commits;
        self.commits_lost += group_partition.commits_lost;
        sum(&mut self.skipped, group_partition.skipped);
        sum(&mut self.exposed, group_partition.exposed);
        largest(
            &mut self.longest_exposed_ns,
            group_partition.longest_exposed_ns,
        );
        sum(
            &mut self.passed_on_purpose,
            group_partition.passed_on_purpose,
        );
    }
}
