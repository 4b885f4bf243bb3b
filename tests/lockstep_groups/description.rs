//! Events in words.

use std::fmt::{self, Display, Formatter};

use crate::op::{Client, Fate, Identity, Offset, Op, STATIC};

struct Description(Client, Identity);

impl Display for Description {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let Description((group, slot), guise) = self;
        let kind = if *slot >= STATIC { "static " } else { "" };
        write!(f, "{kind}client {slot} of group {group}")?;
        match guise {
            Identity::Itself => Ok(()),
            Identity::Earlier => write!(f, ", a generation behind,"),
            Identity::Later => write!(f, ", a generation ahead,"),
            Identity::Stranger => write!(f, ", under an id that nobody was given,"),
            Identity::Nameless => write!(f, ", without its id,"),
            Identity::Timeless => write!(f, ", without its generation,"),
            Identity::Nobody => write!(f, ", saying nothing of itself,"),
            Identity::Usurper => write!(f, ", under another's instance id,"),
            Identity::UnknownInstance => write!(f, ", under an unknown instance id,"),
        }
    }
}

impl Display for Fate {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let machine = if self.reboot {
            "the machine"
        } else {
            "the process"
        };
        write!(
            f,
            "{machine} starts anew if it stops, survivor {}",
            self.survivor
        )?;
        match self.smaller {
            true => write!(f, ", groups have room for one"),
            false => Ok(()),
        }
    }
}

fn listed(offsets: &[Offset]) -> String {
    let one = |((topic, partition), offset, metadata): &Offset| {
        format!("{offset} for {topic}-{partition} (metadata of {metadata})")
    };
    let all: Vec<String> = offsets.iter().map(one).collect();
    match &all[..] {
        [] => "nothing".to_owned(),
        _ => all.join(", "),
    }
}

fn epoch(step: i8) -> &'static str {
    match step {
        0 => "",
        1 => " in its next epoch",
        _ => " in an old epoch",
    }
}

impl Display for Op {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Op::Join {
                client,
                guise,
                anew,
                protocols,
                kind,
                session,
                version,
            } => {
                let anew = if *anew {
                    ", having forgotten its id"
                } else {
                    ""
                };
                write!(
                    f,
                    "{} joins{anew} (protocols {protocols}, type {kind}, session {session}, version {version})",
                    Description(*client, *guise)
                )
            }
            Op::Sync {
                client,
                guise,
                label,
                version,
            } => write!(
                f,
                "{} syncs (label {label}, version {version})",
                Description(*client, *guise)
            ),
            Op::Heartbeat { client, guise } => {
                write!(f, "{} heartbeats", Description(*client, *guise))
            }
            Op::Leave {
                group,
                who,
                guise,
                version,
            } => {
                write!(f, "of group {group} there leave (version {version}):")?;
                for (slot, by_instance) in who {
                    let how = if *by_instance { " by its instance" } else { "" };
                    write!(f, " {}{how};", Description((*group, *slot), *guise))?;
                }
                Ok(())
            }
            Op::Commit {
                client,
                guise,
                offsets,
                retention_ms,
                version,
            } => {
                let (who, what) = (Description(*client, *guise), listed(offsets));
                write!(f, "{who} commits {what} (version {version}")?;
                match retention_ms {
                    Some(ms) => write!(f, ", kept for {ms} ms)"),
                    None => write!(f, ")"),
                }
            }
            Op::TxnCommit {
                client,
                guise,
                producer,
                epoch: step,
                offsets,
            } => write!(
                f,
                "{} commits {} in the transaction of producer {producer}{}",
                Description(*client, *guise),
                listed(offsets),
                epoch(*step)
            ),
            Op::End {
                producer,
                epoch: step,
                partition,
                commit,
            } => {
                let how = if *commit { "committed" } else { "aborted" };
                let epoch = epoch(*step);
                write!(
                    f,
                    "the transaction of producer {producer}{epoch} is {how} in partition {partition}"
                )
            }
            _ => self.told_otherwise(f),
        }
    }
}

impl Op {
    fn told_otherwise(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Op::Fetch {
                group,
                stable,
                places,
            } => {
                let how = if *stable { "stable offsets" } else { "offsets" };
                match places {
                    Some(places) => write!(f, "{how} of group {group} are fetched: {places:?}"),
                    None => write!(f, "all {how} of group {group} are fetched"),
                }
            }
            Op::OffsetDelete { group, places } => {
                write!(f, "offsets of group {group} are deleted: {places:?}")
            }
            Op::DeleteGroups(groups) => write!(f, "groups {groups:?} are deleted"),
            Op::Describe { groups, version } => {
                write!(f, "groups {groups:?} are described (version {version})")
            }
            Op::List { state, kind } => {
                write!(f, "groups are listed (state {state:?}, type {kind})")
            }
            Op::Round {
                group,
                slots,
                protocols,
            } => write!(
                f,
                "clients {slots:#07b} of group {group} join and sync (protocols {protocols})"
            ),
            Op::Wait { ms } => write!(f, "{ms} ms pass"),
            Op::SetClock { by_ms } => write!(f, "the clock is set by {by_ms} ms"),
            Op::Expire => write!(f, "a pass of expiry"),
            Op::Clean(partition) => write!(f, "compaction of partition {partition}"),
            Op::Flush => write!(f, "flush"),
            Op::Resign(partition) => write!(f, "partition {partition} is led elsewhere"),
            Op::Lead(partition) => write!(f, "partition {partition} is led here, and loading"),
            Op::Load => write!(f, "what is loading is loaded"),
            Op::Failover(partition) => write!(f, "failover of partition {partition}"),
            Op::Kill(fate) => write!(f, "the process dies ({fate})"),
            Op::PowerCut(fate) => write!(f, "the power goes ({fate})"),
            Op::Arm { faults, fate } => {
                for (fault, n) in faults {
                    write!(f, "{fault:?} at the next but {n} of its kind, ")?;
                }
                write!(f, "armed ({fate})")
            }
            // These have been told above.
            _ => Ok(()),
        }
    }
}
