//! How far exploration goes, and what it may spend.

/// The size of an explored system. Every number is printed with the result: a claim is exhaustive within these.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Bounds {
    /// Records that producers write to the partition, lost ones included.
    pub records: u8,
    /// Consumers that die.
    pub consumer_crashes: u8,
    /// Crashes of the broker, and with it of the coordinator.
    pub failovers: u8,
    /// The highest generation.
    pub generations: u8,
    /// Members whose session is lost although they live.
    pub expiries: u8,
    /// Commits whose answer is lost, or that the client no longer waits for.
    pub lost_answers: u8,
    /// Appends to the offsets log that fail.
    pub write_errors: u8,
    /// The uncommitted window `U` of the consumers' commit policy, in records.
    pub window: u8,
    /// Zombie processing `Z`: records that a tenure processes after it was fenced, at most.
    pub zombie: u8,
}

impl Bounds {
    /// What a run may spend.
    pub fn budgets(self) -> Budgets {
        Budgets {
            consumer_crashes: self.consumer_crashes,
            failovers: self.failovers,
            expiries: self.expiries,
            lost_answers: self.lost_answers,
            write_errors: self.write_errors,
        }
    }
}

/// What is left to be spent on faults.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Budgets {
    /// Consumers that may yet die.
    pub consumer_crashes: u8,
    /// Broker crashes left.
    pub failovers: u8,
    /// Live members whose session may yet be lost.
    pub expiries: u8,
    /// Commits whose answer may yet be lost.
    pub lost_answers: u8,
    /// Appends that may yet fail.
    pub write_errors: u8,
}

/// A bound that kept a step from being taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Bound {
    /// The group could not form another generation.
    Generations,
    /// A commit given up before was forgotten because another one was given up.
    LateCommits,
}

impl Bound {
    /// All of them.
    pub const ALL: [Bound; 2] = [Bound::Generations, Bound::LateCommits];

    /// Its place in a set kept as bits.
    pub fn bit(self) -> u8 {
        1 << self as u8
    }

    /// In a report's words.
    pub fn description(self) -> &'static str {
        match self {
            Bound::Generations => "another rebalance wanted a generation beyond the highest",
            Bound::LateCommits => {
                "a second commit was given up while the first was still on its way"
            }
        }
    }
}
