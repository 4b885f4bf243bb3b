//! FindCoordinator (API key 10, KIP-699): which broker coordinates a group. A pure function of what a broker knows
//! about the cluster; any broker answers it, perhaps from the past.

use std::collections::BTreeMap;

use plimsoll_offsets::{Text, partition_for};

use crate::error_code::ErrorCode;

/// The first version with several keys, each with its own error (KIP-699).
const SEVERAL_KEYS: i16 = 4;
/// The first version that may ask for the coordinator of share groups.
const SHARE_GROUPS: i16 = 6;

/// What a broker knows about the offsets topic.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OffsetsTopicView {
    /// Leader of each partition; none of the topic if it has not been made yet. Its number of partitions is part of the
    /// routing (S10).
    pub leaders: Option<Vec<Option<i32>>>,
    /// Brokers that are alive, on the listener that is asked.
    pub brokers: BTreeMap<i32, Endpoint>,
}

/// Where a broker listens.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Endpoint {
    /// Its host.
    pub host: Text,
    /// Its port.
    pub port: i32,
}

/// FindCoordinator.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct FindCoordinator {
    /// 0 for groups, 1 for transactions, 2 for share groups.
    pub key_type: i8,
    /// Groups; one before version 4.
    pub keys: Vec<Text>,
    /// The request's version.
    pub version: i16,
}

/// Where one key's coordinator is.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct FoundCoordinator {
    /// As in the request.
    pub key: Text,
    /// The error, if any.
    pub error: ErrorCode,
    /// The broker's id, −1 with an error.
    pub broker: i32,
    /// Where it listens, none with an error.
    pub endpoint: Option<Endpoint>,
}

/// The answer to [`FindCoordinator`].
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct FindCoordinatorResponse {
    /// The error of the whole request, if any; before version 4 that of its key.
    pub error: ErrorCode,
    /// In the order of the request.
    pub coordinators: Vec<FoundCoordinator>,
    /// The offsets topic is to be made, in the background: the client will ask again.
    pub create_topic: bool,
}

impl OffsetsTopicView {
    /// Answers `request`.
    pub fn find(&self, request: &FindCoordinator) -> FindCoordinatorResponse {
        let find = |key: &Text| self.find_one(request, key);
        let coordinators: Vec<FoundCoordinator> = request.keys.iter().map(find).collect();
        let one = coordinators.first();
        let error = match one {
            Some(one) if request.version < SEVERAL_KEYS => one.error,
            Some(_) => ErrorCode::None,
            None if request.version < SEVERAL_KEYS => ErrorCode::InvalidRequest,
            None => ErrorCode::None,
        };
        FindCoordinatorResponse {
            error,
            create_topic: self.leaders.is_none() && request.key_type == 0 && one.is_some(),
            coordinators,
        }
    }

    fn find_one(&self, request: &FindCoordinator, key: &Text) -> FoundCoordinator {
        let found = match request.key_type {
            0 => self
                .leader_of(key)
                .ok_or(ErrorCode::CoordinatorNotAvailable),
            // There is nobody who coordinates transactions.
            1 => Err(ErrorCode::CoordinatorNotAvailable),
            // Share groups are not coordinated by anyone, and older versions do not know of them.
            2 if request.version < SHARE_GROUPS => Err(ErrorCode::InvalidRequest),
            _ => Err(ErrorCode::InvalidRequest),
        };
        let (error, broker, endpoint) = match found {
            Ok((broker, endpoint)) => (ErrorCode::None, broker, Some(endpoint)),
            Err(error) => (error, -1, None),
        };
        FoundCoordinator {
            key: key.clone(),
            error,
            broker,
            endpoint,
        }
    }

    fn leader_of(&self, group: &str) -> Option<(i32, Endpoint)> {
        let leaders = self.leaders.as_ref()?;
        let partition = partition_for(group, i32::try_from(leaders.len()).ok()?)?;
        let leader = (*leaders.get(usize::try_from(partition).ok()?)?)?;
        Some((leader, self.brokers.get(&leader)?.clone()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn view(leaders: Option<Vec<Option<i32>>>) -> OffsetsTopicView {
        let endpoint = |id: i32| Endpoint {
            host: Text::from(format!("b{id}")),
            port: 9_092,
        };
        OffsetsTopicView {
            leaders,
            brokers: (1..=2).map(|id| (id, endpoint(id))).collect(),
        }
    }

    fn ask(key_type: i8, keys: &[&str], version: i16) -> FindCoordinator {
        FindCoordinator {
            key_type,
            keys: keys.iter().map(|k| Text::from(*k)).collect(),
            version,
        }
    }

    /// Group `g` is in partition 3 of 50.
    fn led_by(leader: Option<i32>) -> OffsetsTopicView {
        let mut leaders = vec![Some(1); 50];
        leaders[3] = leader;
        view(Some(leaders))
    }

    #[test]
    fn a_group_is_where_its_partition_is_led() {
        let found = led_by(Some(2)).find(&ask(0, &["g", "test-group", ""], 4));
        let description: Vec<_> = found
            .coordinators
            .iter()
            .map(|c| (&*c.key, c.error, c.broker))
            .collect();
        let none = ErrorCode::None;
        assert_eq!(
            description,
            [("g", none, 2), ("test-group", none, 1), ("", none, 1)]
        );
        let endpoint = found.coordinators[0].endpoint.as_ref().expect("led");
        assert_eq!((&*endpoint.host, endpoint.port), ("b2", 9_092));
        assert!(!found.create_topic);
    }

    #[test]
    fn nobody_coordinates_without_topic_leader_or_endpoint() {
        let cna = ErrorCode::CoordinatorNotAvailable;
        for (view, creates) in [
            (view(None), true),
            (view(Some(Vec::new())), false),
            (led_by(None), false),
            (led_by(Some(9)), false),
        ] {
            for version in [3, 4] {
                let found = view.find(&ask(0, &["g"], version));
                assert_eq!(found.coordinators[0].error, cna);
                assert_eq!(
                    (found.coordinators[0].broker, found.create_topic),
                    (-1, creates)
                );
                let whole = if version < 4 { cna } else { ErrorCode::None };
                assert_eq!(found.error, whole);
            }
        }
    }

    #[test]
    fn other_kinds_of_keys() {
        let view = led_by(Some(1));
        let error =
            |key_type, version| view.find(&ask(key_type, &["g"], version)).coordinators[0].error;
        assert_eq!(error(1, 4), ErrorCode::CoordinatorNotAvailable);
        for (key_type, version) in [(2, 5), (2, 6), (3, 6), (-1, 6)] {
            assert_eq!(error(key_type, version), ErrorCode::InvalidRequest);
        }
        assert_eq!(view.find(&ask(0, &[], 4)).coordinators, []);
        assert_eq!(view.find(&ask(0, &[], 3)).error, ErrorCode::InvalidRequest);
    }
}
