//! From what a command means to a request: who is who is known from the answers so far.

use std::collections::HashMap;

use plimsoll_coordinator::*;
use plimsoll_offsets::{Bytes, Ended, Producer, Text};

use crate::command::{Ask, Guise, SLOTS, STATIC, Who};

/// Of static members: see F15.
const STATIC_SESSION_MS: i32 = 30_000;

/// What a client knows of itself.
#[derive(Clone, Debug)]
struct Known {
    member: Text,
    generation: i32,
}

/// The clients.
#[derive(Default)]
pub(crate) struct Clients(HashMap<(u8, u8), Known>);

struct Identity {
    member: Text,
    instance: Option<Text>,
    generation: i32,
}

pub(crate) fn group(group: u8) -> Text {
    Text::from(format!("g{group}"))
}

fn instance(slot: u8) -> Option<Text> {
    (slot >= STATIC).then(|| Text::from(format!("i{slot}")))
}

/// The id that Kafka makes for the member of this request, from random bytes that are the request's number.
fn fresh_member_id(slot: u8, call: u64) -> Text {
    let name = instance(slot).unwrap_or_else(|| Text::from("c"));
    Text::from(format!("{name}-00000000-0000-4000-8000-{call:012x}"))
}

/// A consumer's subscription to topic `t`, in version 0 of its format.
fn subscription(names: &[&str]) -> Bytes {
    let mut bytes = vec![0, 0];
    bytes.extend((names.len() as i32).to_be_bytes());
    for name in names {
        bytes.extend((name.len() as i16).to_be_bytes());
        bytes.extend(name.as_bytes());
    }
    bytes.extend((-1i32).to_be_bytes());
    bytes.as_slice().into()
}

fn protocols(which: u8) -> Vec<Protocol> {
    let protocol = |name: &str, topics: &[&str]| Protocol {
        name: name.into(),
        metadata: subscription(topics),
    };
    match which {
        0 => vec![protocol("range", &["t"])],
        1 => vec![protocol("range", &["u"])],
        2 => vec![protocol("roundrobin", &["t"])],
        _ => vec![protocol("range", &["t"]), protocol("roundrobin", &["t"])],
    }
}

fn offsets(of: &[(i32, i64, bool)], leader_epochs: bool) -> Vec<OffsetToCommit> {
    let offset = |(partition, offset, large): &(i32, i64, bool)| OffsetToCommit {
        topic: Text::from("t"),
        partition: *partition,
        offset: *offset,
        leader_epoch: if leader_epochs { 1 } else { -1 },
        metadata: Text::from(if *large { "too long" } else { "m" }),
    };
    let mut offsets: Vec<OffsetToCommit> = of.iter().map(offset).collect();
    // F3: of a commit with nothing but refused offsets Kafka keeps an empty group in memory, which no log knows.
    if of.iter().all(|(.., large)| *large)
        && let Some(first) = offsets.first_mut()
    {
        first.metadata = Text::from("m");
    }
    offsets
}

impl Clients {
    fn known(&self, group: u8, slot: u8) -> Known {
        let nobody = Known {
            member: Text::from(""),
            generation: -1,
        };
        self.0.get(&(group, slot)).cloned().unwrap_or(nobody)
    }

    fn identity(&self, who: Who) -> Identity {
        let known = self.known(who.group, who.slot);
        let mut it = Identity {
            member: known.member,
            instance: instance(who.slot),
            generation: known.generation,
        };
        match who.guise {
            Guise::Itself => {}
            Guise::Earlier => it.generation -= 1,
            Guise::Later => it.generation += 1,
            Guise::Stranger => it.member = Text::from("stranger"),
            Guise::Usurper => it.instance = instance(SLOTS - 1),
            Guise::Nobody => {
                it = Identity {
                    member: Text::from(""),
                    instance: None,
                    generation: -1,
                };
            }
        }
        it
    }

    /// What the answer to a join says to who asked.
    pub(crate) fn learn(&mut self, who: Who, response: &GroupResponse) {
        if let GroupResponse::Join(r) = response
            && !r.member.is_empty()
            && who.guise == Guise::Itself
        {
            let known = Known {
                member: r.member.clone(),
                generation: r.generation,
            };
            self.0.insert((who.group, who.slot), known);
        }
    }

    /// The request that `ask` comes to as the request number `call`.
    pub(crate) fn request(&self, ask: &Ask, call: u64) -> GroupRequest {
        match ask {
            Ask::Join {
                who,
                anew,
                version,
                session_ms,
                rebalance_ms,
                protocols: which,
            } => {
                let it = self.identity(*who);
                GroupRequest::Join(JoinGroup {
                    group: group(who.group),
                    member: if *anew { Text::from("") } else { it.member },
                    instance: it.instance.clone().filter(|_| *version >= 5),
                    fresh_member_id: match it.instance.filter(|_| *version >= 5) {
                        Some(name) => {
                            Text::from(format!("{name}-00000000-0000-4000-8000-{call:012x}"))
                        }
                        None => fresh_member_id(0, call),
                    },
                    client_id: Text::from("c"),
                    client_host: Text::from("/127.0.0.1"),
                    session_timeout_ms: if instance(who.slot).is_some() {
                        STATIC_SESSION_MS
                    } else {
                        *session_ms
                    },
                    rebalance_timeout_ms: *rebalance_ms,
                    protocol_type: Text::from("consumer"),
                    protocols: protocols(*which),
                    version: *version,
                })
            }
            Ask::Sync {
                who,
                version,
                label,
            } => {
                let it = self.identity(*who);
                let name = if *label == 2 { "other" } else { "range" };
                let kind = if *label == 3 { "other" } else { "consumer" };
                let slots = (0..SLOTS).map(|slot| (self.known(who.group, slot).member, slot));
                let assignments = slots.filter(|(id, _)| !id.is_empty());
                GroupRequest::Sync(SyncGroup {
                    group: group(who.group),
                    member: it.member,
                    instance: it.instance,
                    generation: it.generation,
                    protocol_type: (*label != 1 || *version >= 5).then(|| Text::from(kind)),
                    protocol_name: (*label != 1 || *version >= 5).then(|| Text::from(name)),
                    assignments: assignments
                        .map(|(id, slot)| (id, [b'A' + slot, call as u8].as_slice().into()))
                        .collect(),
                    version: *version,
                })
            }
            Ask::Heartbeat { who } => {
                let it = self.identity(*who);
                GroupRequest::Heartbeat(Heartbeat {
                    group: group(who.group),
                    member: it.member,
                    instance: it.instance,
                    generation: it.generation,
                })
            }
            Ask::Leave {
                who,
                by_instance,
                version,
            } => {
                let of = who.first().map_or(0, |who| who.group);
                let leaving = who.iter().map(|who| {
                    let it = self.identity(Who { group: of, ..*who });
                    let by_instance = *by_instance && it.instance.is_some() && *version >= 3;
                    LeavingMember {
                        member: if by_instance {
                            Text::from("")
                        } else {
                            it.member
                        },
                        instance: it.instance.filter(|_| *version >= 3),
                    }
                });
                let most = if *version >= 3 { usize::MAX } else { 1 };
                GroupRequest::Leave(LeaveGroup {
                    group: group(of),
                    members: leaving.take(most).collect(),
                    version: *version,
                })
            }
            _ => self.request_about_offsets(ask),
        }
    }

    fn request_about_offsets(&self, ask: &Ask) -> GroupRequest {
        let place = |partition: i32| (Text::from("t"), partition);
        let producer = |number: u8| Producer {
            id: i64::from(number),
            epoch: 0,
        };
        match ask {
            Ask::Commit {
                who,
                version,
                retention_ms,
                offsets: which,
            } => {
                let it = self.identity(*who);
                GroupRequest::Commit(OffsetCommit {
                    group: group(who.group),
                    member: it.member,
                    instance: it.instance.filter(|_| *version >= 7),
                    generation: it.generation,
                    offsets: offsets(which, *version >= 6),
                    retention_ms: if *version <= 4 { *retention_ms } else { -1 },
                    version: *version,
                })
            }
            Ask::TxnCommit {
                who,
                producer: number,
                offsets: which,
            } => {
                let it = self.identity(*who);
                GroupRequest::TxnCommit(TxnOffsetCommit {
                    group: group(who.group),
                    member: it.member,
                    instance: it.instance,
                    generation: it.generation,
                    producer: producer(*number),
                    offsets: offsets(which, true),
                })
            }
            Ask::EndTxn {
                producer: number,
                commit,
            } => GroupRequest::EndTxn(EndTransaction {
                producer: producer(*number),
                coordinator_epoch: 0,
                ended: if *commit {
                    Ended::Committed
                } else {
                    Ended::Aborted
                },
            }),
            Ask::Fetch {
                group: of,
                stable,
                all,
            } => GroupRequest::Fetch(OffsetFetch {
                group: group(*of),
                require_stable: *stable,
                partitions: (!all).then(|| vec![place(0), place(2)]),
            }),
            Ask::OffsetDelete {
                group: of,
                partition,
            } => GroupRequest::OffsetDelete(OffsetDelete {
                group: group(*of),
                partitions: vec![place(*partition)],
            }),
            Ask::Delete { groups } => {
                let mut groups: Vec<Text> = groups.iter().map(|of| group(*of)).collect();
                groups.sort();
                groups.dedup();
                GroupRequest::Delete(DeleteGroups { groups })
            }
            Ask::Describe { group: of, version } => GroupRequest::Describe(DescribeGroups {
                groups: vec![group(*of)],
                version: *version,
            }),
            Ask::List { state } => GroupRequest::List(ListGroups {
                states: state.iter().map(|name| Text::from(*name)).collect(),
                types: Vec::new(),
            }),
            other => unreachable!("{other:?} is resolved elsewhere"),
        }
    }
}
