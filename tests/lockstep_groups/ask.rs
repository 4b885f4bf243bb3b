//! From what a story says to requests: who asks, as it knows itself or in another guise.

use std::collections::BTreeMap;

use plimsoll_model::groups::api::{Commit, Committer, Fetch, Join, Leave, Producer, Sync, Value};
use plimsoll_model::groups::{MemberId, Metadata, Place, Protocol, Request, SUBSCRIPTION};
use plimsoll_tests::story::Wrong;

use crate::op::{Client, Identity, Offset, SLOTS, STATIC};
use crate::world::{Known, World};

/// An id that nobody was given.
const STRANGER: MemberId = 900_000;

/// What a client can do with a group's partitions, by number: one or two assignors, and what it reads.
fn protocols(choice: u8, slot: u8) -> Vec<(Protocol, Metadata)> {
    let reads = SUBSCRIPTION | 1 << (choice % 3);
    match choice {
        0..=3 if slot.is_multiple_of(2) => vec![(1, reads), (2, reads)],
        0..=3 => vec![(2, reads), (1, reads)],
        4 => vec![(1, reads)],
        5 => vec![(1, 7), (2, reads)],
        6 => vec![(3, reads)],
        _ => Vec::new(),
    }
}

/// How long a client may be silent, by number; the last is not allowed.
const SESSIONS_MS: [i32; 3] = [10_000, 30_000, 100];

impl World {
    pub fn known(&self, client: Client) -> Known {
        self.clients.get(&client).copied().unwrap_or_default()
    }

    /// The client, if it was ever given an id; otherwise another one of the group that was.
    pub fn acting(&self, (group, slot): Client) -> Client {
        let mut others = (0..SLOTS).map(|next| (group, (slot + next) % SLOTS));
        let found = others.find(|client| self.known(*client).member != 0);
        found.unwrap_or((group, slot))
    }

    /// How the client says who it is.
    pub fn who(&self, client: Client, guise: Identity) -> Committer {
        let (known, slot) = (self.known(client), client.1);
        let mut by = Committer {
            member: known.member,
            instance: (slot >= STATIC).then_some(slot),
            generation: known.generation,
        };
        match guise {
            Identity::Itself => {}
            Identity::Earlier => by.generation -= 1,
            Identity::Later => by.generation += 1,
            Identity::Stranger => by.member = STRANGER,
            Identity::Nameless => by.member = 0,
            Identity::Timeless => by.generation = -1,
            Identity::Nobody => (by.member, by.instance, by.generation) = (0, None, -1),
            Identity::Usurper => by.instance = Some(STATIC + (slot + 1) % 2),
            Identity::UnknownInstance => by.instance = Some(9),
        }
        by
    }

    fn ask_group(&mut self, client: Client, request: &Request) -> Result<(), Wrong> {
        self.ask(self.partition_of(client.0), request, client)
    }

    pub fn join(
        &mut self,
        client: Client,
        by: Committer,
        (choice, kind, session, version): (u8, u8, u8, i16),
    ) -> Result<(), Wrong> {
        let (fresh, slot) = (self.fresh_member(), client.1);
        if by.instance.is_some() {
            self.statics.insert(fresh);
        }
        let request = Request::Join(Join {
            group: client.0,
            member: by.member,
            instance: by.instance,
            fresh,
            session_ms: SESSIONS_MS[usize::from(session)],
            rebalance_ms: 20_000 + 1000 * i32::from(slot),
            kind,
            protocols: protocols(choice, slot),
            version,
        });
        self.ask_group(client, &request)
    }

    /// Label bits: 1 tells the type, 2 tells the protocol, 4 tells both wrongly.
    pub fn sync(
        &mut self,
        client: Client,
        by: Committer,
        label: u8,
        version: i16,
    ) -> Result<(), Wrong> {
        let group = self.model[self.partition_of(client.0)]
            .groups
            .get(&client.0);
        let (kind, protocol) = group.map_or((None, None), |g| (g.kind, g.protocol));
        let wrong = label & 4 != 0;
        let members = group.into_iter().flat_map(|group| group.members.keys());
        // The last member is forgotten by a leader now and then.
        let given: BTreeMap<MemberId, u32> = members.map(|id| (*id, *id * 10)).collect();
        let most = given.len() - usize::from(!given.is_empty() && self.last_call.is_multiple_of(5));
        let request = Request::Sync(Sync {
            group: client.0,
            by,
            kind: (label & 1 != 0).then_some(if wrong { 2 } else { kind.unwrap_or(1) }),
            protocol: (label & 2 != 0).then_some(if wrong { 9 } else { protocol.unwrap_or(1) }),
            assignments: given.into_iter().take(most).collect(),
            version,
        });
        self.ask_group(client, &request)
    }

    pub fn heartbeat(&mut self, client: Client, by: Committer) -> Result<(), Wrong> {
        self.ask_group(client, &Request::Heartbeat(client.0, by))
    }

    pub fn leave(
        &mut self,
        group: u8,
        who: &[(u8, bool)],
        guise: Identity,
        version: i16,
    ) -> Result<(), Wrong> {
        let leaving = |(slot, by_instance): &(u8, bool)| {
            let by = self.who((group, *slot), guise);
            (if *by_instance { 0 } else { by.member }, by.instance)
        };
        let most = if version < 3 { 1 } else { who.len() };
        let members = who.iter().take(most).map(leaving).collect();
        let first = who.first().map_or(0, |(slot, _)| *slot);
        let request = Request::Leave(Leave {
            group,
            members,
            version,
        });
        self.ask_group((group, first), &request)
    }

    pub fn commit(
        &mut self,
        client: Client,
        by: Committer,
        producer: Option<Producer>,
        offsets: &[Offset],
        (retention_ms, version): (Option<i64>, i16),
    ) -> Result<(), Wrong> {
        let value = |(place, offset, metadata): &Offset| {
            let value = Value {
                offset: *offset,
                // No version of the API knows both.
                leader_epoch: match retention_ms {
                    Some(_) => -1,
                    None => (*offset % 5) as i32 - 1,
                },
                metadata: usize::from(*metadata),
            };
            (*place, value)
        };
        let request = Request::Commit(Commit {
            group: client.0,
            by,
            producer,
            offsets: offsets.iter().map(value).collect(),
            retention_ms,
            version,
        });
        self.ask_group(client, &request)
    }

    /// A producer in its epoch, in the next, which it then has, or in an old one.
    pub fn producer(&mut self, number: u8, step: i8) -> Producer {
        let epoch = &mut self.epochs[usize::from(number)];
        if step > 0 {
            *epoch += 1;
        }
        Producer {
            id: 100 + i64::from(number),
            epoch: if step < 0 {
                (*epoch - 1).max(0)
            } else {
                *epoch
            },
        }
    }

    pub fn end(&mut self, producer: Producer, partition: u8, commit: bool) -> Result<(), Wrong> {
        let partition = usize::from(partition) % self.model.len();
        self.ask(partition, &Request::EndTxn(producer, commit), (0, 0))
    }

    pub fn fetch(
        &mut self,
        group: u8,
        stable: bool,
        places: Option<Vec<Place>>,
    ) -> Result<(), Wrong> {
        let request = Request::Fetch(Fetch {
            group,
            stable,
            places,
        });
        self.ask_group((group, 0), &request)
    }

    pub fn delete_offsets(&mut self, group: u8, places: &[Place]) -> Result<(), Wrong> {
        self.ask_group((group, 0), &Request::OffsetDelete(group, places.to_vec()))
    }

    /// Groups of the first one's partition: a broker refuses a request about several.
    pub fn delete_groups(&mut self, groups: &[u8]) -> Result<(), Wrong> {
        let partition = self.partition_of(groups.first().copied().unwrap_or(0));
        let here = groups.iter().copied();
        let here = here
            .filter(|id| self.partition_of(*id) == partition)
            .collect();
        self.ask(partition, &Request::DeleteGroups(here), (0, 0))
    }
}
