//! A request as a table describes it: who asks, as what, with what.

use crate::protocol::{
    DeleteGroups, DescribeGroups, FindCoordinator, GroupRequest, Heartbeat, JoinGroup, LeaveGroup,
    LeavingMember, ListGroups, OffsetCommit, OffsetDelete, OffsetFetch, Protocol, SyncGroup,
    TxnOffsetCommit,
};

use crate::Offset;
use crate::scene::{GROUP, Scene};

/// Whose member id the request carries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Who {
    /// None: the empty id.
    Nobody,
    /// The leader's.
    Leader,
    /// The follower's.
    Follower,
    /// One that was issued and has not come back.
    Issued,
    /// One that was never issued.
    Stranger,
}

/// Which `group.instance.id` the request carries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Instance {
    /// None.
    No,
    /// The static member's, if there is one in the group.
    Held,
    /// One that no member has.
    Free,
}

/// Which generation the request carries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Gen {
    /// The group's.
    Current,
    /// The one before.
    Older,
    /// The one after.
    Later,
    /// −1.
    Negative,
}

/// What a join offers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Offer {
    /// What all members offer.
    Usual,
    /// The same protocols with other metadata.
    Changed,
    /// Only the protocol that the group could use but does not.
    OtherProtocol,
    /// A protocol that nobody else has.
    Alien,
    /// Another protocol type.
    AlienType,
    /// Protocols without a type.
    NoType,
    /// No protocol.
    None,
    /// The usual, with a session time-out below `group.min.session.timeout.ms`.
    SessionTimeoutBelowMin,
    /// The usual, with a session time-out of `group.min.session.timeout.ms`.
    ShortestSession,
    /// The usual, with a session time-out of `group.max.session.timeout.ms`.
    LongestSession,
    /// The usual, with a session time-out above `group.max.session.timeout.ms`.
    OverlongSession,
}

/// What a sync believes the group uses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Names {
    /// What it uses.
    Right,
    /// Another type.
    OtherType,
    /// Another protocol.
    OtherName,
    /// No type, and the right protocol.
    NoType,
    /// The right type, and no protocol.
    NoName,
    /// Nothing.
    Missing,
}

/// Which offsets a fetch asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Asked {
    /// That of `t` 0.
    One,
    /// That of a topic that does not exist.
    OfUnknownTopic,
    /// None.
    Nothing,
    /// All that there are.
    All,
}

/// A request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the fields are the request's")]
pub enum Ask {
    Join {
        who: Who,
        instance: Instance,
        offer: Offer,
        version: i16,
    },
    Sync {
        who: Who,
        instance: Instance,
        generation: Gen,
        names: Names,
        version: i16,
    },
    Heartbeat {
        who: Who,
        instance: Instance,
        generation: Gen,
    },
    Leave {
        who: Who,
        instance: Instance,
        version: i16,
    },
    Commit {
        who: Who,
        instance: Instance,
        generation: Gen,
        offset: Offset,
        version: i16,
    },
    TxnCommit {
        who: Who,
        instance: Instance,
        generation: Gen,
        offset: Offset,
    },
    Fetch {
        require_stable: bool,
        asked: Asked,
    },
    OffsetDelete {
        topic: &'static str,
        partition: i32,
    },
    DeleteGroups,
    Describe {
        version: i16,
    },
    List {
        state: Option<&'static str>,
        group_type: Option<&'static str>,
    },
    Find {
        key_type: i8,
        keys: &'static [&'static str],
        version: i16,
    },
    /// The same with the empty string for the group.
    Nameless(NamelessAsk),
}

/// An API that is asked about the group with the empty name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names of Kafka's APIs")]
pub enum NamelessAsk {
    Join,
    Sync,
    Heartbeat,
    Leave,
    Commit,
    TxnCommit,
    Fetch,
    OffsetDelete,
    DeleteGroups,
    Describe,
}

impl Ask {
    /// The request, for the ids and the generation of this scene.
    pub fn request(self, scene: &Scene<impl crate::Subject>) -> GroupRequest {
        match self {
            Ask::Join {
                who,
                instance,
                offer,
                version,
            } => GroupRequest::Join(join(
                scene.id(who),
                instance_id(instance),
                offer,
                version,
                scene,
            )),
            Ask::Sync {
                who,
                instance,
                generation,
                names,
                version,
            } => {
                let names = match names {
                    Names::Right => (Some(scene.cast.protocol_type()), Some("range")),
                    Names::OtherType => (Some("another"), Some("range")),
                    Names::OtherName => (Some(scene.cast.protocol_type()), Some("sticky")),
                    Names::NoType => (None, Some("range")),
                    Names::NoName => (Some(scene.cast.protocol_type()), None),
                    Names::Missing => (None, None),
                };
                GroupRequest::Sync(SyncGroup {
                    group: GROUP.into(),
                    member: scene.id(who),
                    instance: instance_id(instance),
                    generation: scene.generation(generation),
                    protocol_type: names.0.map(String::from),
                    protocol_name: names.1.map(String::from),
                    assignments: scene.assignments(),
                    version,
                })
            }
            Ask::Heartbeat {
                who,
                instance,
                generation,
            } => GroupRequest::Heartbeat(Heartbeat {
                group: GROUP.into(),
                member: scene.id(who),
                instance: instance_id(instance),
                generation: scene.generation(generation),
            }),
            Ask::Leave {
                who,
                instance,
                version,
            } => GroupRequest::Leave(LeaveGroup {
                group: GROUP.into(),
                members: vec![LeavingMember {
                    member: scene.id(who),
                    instance: instance_id(instance),
                }],
                version,
            }),
            Ask::Nameless(ask) => nameless(ask, scene),
            _ => self.request_about_offsets(scene),
        }
    }

    fn request_about_offsets(self, scene: &Scene<impl crate::Subject>) -> GroupRequest {
        match self {
            Ask::Commit {
                who,
                instance,
                generation,
                offset,
                version,
            } => GroupRequest::Commit(OffsetCommit {
                group: GROUP.into(),
                member: scene.id(who),
                instance: instance_id(instance),
                generation: scene.generation(generation),
                offsets: offset.to_commit(),
                retention_ms: -1,
                version,
            }),
            Ask::TxnCommit {
                who,
                instance,
                generation,
                offset,
            } => GroupRequest::TxnCommit(TxnOffsetCommit {
                group: GROUP.into(),
                member: scene.id(who),
                instance: instance_id(instance),
                generation: scene.generation(generation),
                producer_id: PRODUCER.0,
                producer_epoch: PRODUCER.1,
                offsets: offset.to_commit(),
            }),
            Ask::OffsetDelete { topic, partition } => GroupRequest::OffsetDelete(OffsetDelete {
                group: GROUP.into(),
                partitions: vec![(topic.into(), partition)],
            }),
            Ask::DeleteGroups => GroupRequest::Delete(DeleteGroups {
                groups: vec![GROUP.into()],
            }),
            Ask::Describe { version } => GroupRequest::Describe(DescribeGroups {
                groups: vec![GROUP.into()],
                version,
            }),
            Ask::List { state, group_type } => GroupRequest::List(ListGroups {
                states: state.into_iter().map(String::from).collect(),
                types: group_type.into_iter().map(String::from).collect(),
            }),
            Ask::Fetch {
                require_stable,
                asked,
            } => fetch(require_stable, asked),
            _ => fetch(false, Asked::One),
        }
    }

    /// The request for a coordinator, if it is one.
    pub(crate) fn find(self) -> Option<FindCoordinator> {
        match self {
            Ask::Find {
                key_type,
                keys,
                version,
            } => Some(FindCoordinator {
                key_type,
                keys: keys.iter().map(|key| String::from(*key)).collect(),
                version,
            }),
            _ => None,
        }
    }

    /// What a commit commits.
    pub(crate) fn offset(self) -> Option<Offset> {
        match self {
            Ask::Commit { offset, .. } | Ask::TxnCommit { offset, .. } => Some(offset),
            _ => None,
        }
    }
}

fn fetch(require_stable: bool, asked: Asked) -> GroupRequest {
    GroupRequest::Fetch(OffsetFetch {
        group: GROUP.into(),
        require_stable,
        partitions: match asked {
            Asked::One => Some(vec![("t".into(), 0)]),
            Asked::OfUnknownTopic => Some(vec![("v".into(), 0)]),
            Asked::Nothing => Some(Vec::new()),
            Asked::All => None,
        },
    })
}

/// Id and epoch of the producer of every transaction.
pub(crate) const PRODUCER: (i64, i16) = (7, 0);
/// The instance id that a static member holds.
pub(crate) const HELD: &str = "i";

fn instance_id(instance: Instance) -> Option<String> {
    match instance {
        Instance::No => None,
        Instance::Held => Some(HELD.into()),
        Instance::Free => Some("j".into()),
    }
}

/// A join of a member of the scene's kind.
pub(crate) fn join(
    member: String,
    instance: Option<String>,
    offer: Offer,
    version: i16,
    scene: &Scene<impl crate::Subject>,
) -> JoinGroup {
    let names: &[&str] = match offer {
        Offer::OtherProtocol => &["sticky"],
        Offer::Alien => &["alien"],
        Offer::None => &[],
        _ => &["range", "sticky"],
    };
    let user_data = if offer == Offer::Changed { "new" } else { "" };
    let protocol = |name: &&str| Protocol {
        name: String::from(*name),
        metadata: subscription_to_t(user_data),
    };
    JoinGroup {
        group: GROUP.into(),
        fresh_member_id: scene.fresh_id(),
        member,
        instance,
        client_id: "case".into(),
        client_host: "/127.0.0.1".into(),
        session_timeout_ms: match offer {
            Offer::SessionTimeoutBelowMin => 5_999,
            Offer::ShortestSession => 6_000,
            Offer::LongestSession => 1_800_000,
            Offer::OverlongSession => 1_800_001,
            _ => 10_000,
        },
        rebalance_timeout_ms: 60_000,
        protocol_type: match offer {
            Offer::AlienType => "alien".into(),
            Offer::NoType => "".into(),
            _ => scene.cast.protocol_type().into(),
        },
        protocols: names.iter().map(protocol).collect(),
        version,
    }
}

/// A version 0 subscription to topic `t`, with user data.
fn subscription_to_t(user_data: &str) -> Vec<u8> {
    let mut bytes = vec![0, 0, 0, 0, 0, 1, 0, 1, b't'];
    bytes.extend((user_data.len() as i32).to_be_bytes());
    bytes.extend(user_data.as_bytes());
    bytes
}

fn nameless(ask: NamelessAsk, scene: &Scene<impl crate::Subject>) -> GroupRequest {
    let (who, instance, generation) = (Who::Nobody, Instance::No, Gen::Negative);
    let offset = Offset::Plain;
    let named = match ask {
        NamelessAsk::Join => Ask::Join {
            who,
            instance,
            offer: Offer::Usual,
            version: 9,
        },
        NamelessAsk::Sync => Ask::Sync {
            who,
            instance,
            generation,
            names: Names::Right,
            version: 5,
        },
        NamelessAsk::Heartbeat => Ask::Heartbeat {
            who,
            instance,
            generation,
        },
        NamelessAsk::Leave => Ask::Leave {
            who,
            instance,
            version: 5,
        },
        NamelessAsk::Commit => Ask::Commit {
            who,
            instance,
            generation,
            offset,
            version: 9,
        },
        NamelessAsk::TxnCommit => Ask::TxnCommit {
            who,
            instance,
            generation,
            offset,
        },
        NamelessAsk::Fetch => Ask::Fetch {
            require_stable: true,
            asked: Asked::One,
        },
        NamelessAsk::OffsetDelete => Ask::OffsetDelete {
            topic: "t",
            partition: 0,
        },
        NamelessAsk::DeleteGroups => Ask::DeleteGroups,
        NamelessAsk::Describe => Ask::Describe { version: 5 },
    };
    let mut request = named.request(scene);
    let nothing = String::from("");
    match &mut request {
        GroupRequest::Join(r) => r.group = nothing,
        GroupRequest::Sync(r) => r.group = nothing,
        GroupRequest::Heartbeat(r) => r.group = nothing,
        GroupRequest::Leave(r) => r.group = nothing,
        GroupRequest::Commit(r) => r.group = nothing,
        GroupRequest::TxnCommit(r) => r.group = nothing,
        GroupRequest::Fetch(r) => r.group = nothing,
        GroupRequest::OffsetDelete(r) => r.group = nothing,
        GroupRequest::Delete(r) => r.groups = vec![nothing],
        GroupRequest::Describe(r) => r.groups = vec![nothing],
        _ => {}
    }
    request
}
