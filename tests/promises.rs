//! Each promise is shown to fire on the smallest bad sequence, and to stay quiet on one that is nearly bad; and its two
//! sizes of memory answer alike on any sequence.

use std::collections::BTreeSet;

use plimsoll_promises::{
    Automaton, Br1, Br2, Claim, Commit, D1, Growing, L1, Level, Memory, O2, O9, Observation,
    Offset, Projection, PromiseId, S3, Setting, Small, View, broken_in,
};
use proptest::prelude::*;

/// A partition in which every offset below `end` holds a record.
struct Plain {
    end: Offset,
    claim: Claim,
    unknown: Vec<Option<Offset>>,
}

impl Setting for Plain {
    fn records(&self, from: Offset, to: Offset) -> u64 {
        (to.min(self.end) - from).max(0) as u64
    }

    fn first_record(&self, from: Offset, to: Offset) -> Option<Offset> {
        (from < to.min(self.end)).then_some(from)
    }

    fn claim(&self) -> Option<Claim> {
        Some(self.claim)
    }

    fn may_take_effect(&self, committed: Option<Offset>) -> bool {
        self.unknown.contains(&committed)
    }
}

fn plain() -> Plain {
    Plain {
        end: 8,
        claim: Claim { u: 1, z: 0 },
        unknown: Vec::new(),
    }
}

fn accepted(tenure: u32, offset: Offset, generation: i32) -> Observation {
    Observation::Accepted(Commit {
        tenure: Some(tenure),
        offset,
        generation: Some(generation),
    })
}

fn assigned(tenure: u32, generation: i32, member: u64) -> Observation {
    Observation::Assigned {
        tenure,
        generation: Some(generation),
        member: Some(member),
    }
}

fn resumed(tenure: u32, at: Offset) -> Observation {
    Observation::Resumed {
        tenure,
        at,
        current: true,
    }
}

fn processed(tenure: u32, offset: Offset) -> Observation {
    Observation::Processed { tenure, offset }
}

/// Steps through a sequence; which step broke the promise, from 1.
fn broken_at<P: Automaton>(
    mut promise: P,
    setting: &Plain,
    sequence: &[Observation],
) -> Option<usize> {
    sequence
        .iter()
        .position(|seen| promise.step(seen, setting).is_err())
        .map(|index| index + 1)
}

#[test]
fn d1_fires_on_a_commit_past_an_unprocessed_record() {
    let bad = [resumed(1, 0), processed(1, 0), accepted(1, 2, 1)];
    assert_eq!(broken_at(D1::<Small>::default(), &plain(), &bad), Some(3));
    let nearly = [
        resumed(1, 0),
        processed(1, 0),
        processed(2, 1),
        accepted(1, 2, 1),
    ];
    assert_eq!(broken_at(D1::<Small>::default(), &plain(), &nearly), None);
    let sought = Observation::Moved {
        from: 1,
        to: 3,
        tenure: Some(1),
    };
    let on_purpose = [resumed(1, 0), processed(1, 0), sought, accepted(1, 3, 1)];
    assert_eq!(
        broken_at(D1::<Small>::default(), &plain(), &on_purpose),
        None
    );
}

#[test]
fn br1_fires_on_a_resume_further_back_than_the_claim() {
    let bad = [
        resumed(1, 0),
        processed(1, 0),
        processed(1, 1),
        resumed(2, 0),
    ];
    assert_eq!(broken_at(Br1::<Small>::default(), &plain(), &bad), Some(4));
    let nearly = [
        resumed(1, 0),
        processed(1, 0),
        processed(1, 1),
        resumed(2, 1),
    ];
    assert_eq!(broken_at(Br1::<Small>::default(), &plain(), &nearly), None);
    let fenced = Observation::Resumed {
        tenure: 2,
        at: 0,
        current: false,
    };
    let zombie = [resumed(1, 0), processed(1, 0), processed(1, 1), fenced];
    assert_eq!(broken_at(Br1::<Small>::default(), &plain(), &zombie), None);
}

#[test]
fn br2_counts_a_late_zombie_against_the_reload() {
    let bad = [
        resumed(1, 0),
        resumed(2, 0),
        processed(2, 0),
        processed(2, 1),
        processed(1, 0),
        processed(1, 1),
    ];
    assert_eq!(broken_at(Br2::<Small>::default(), &plain(), &bad), Some(6));
    assert_eq!(
        broken_at(Br2::<Small>::default(), &plain(), &bad[..5]),
        None
    );
}

#[test]
fn br2_lets_a_crash_loop_pass_that_meets_the_bound() {
    let ended = |tenure| Observation::Ended { tenure };
    let mut tight = Vec::new();
    for tenure in 1..=4 {
        tight.extend([resumed(tenure, 0), processed(tenure, 0), ended(tenure)]);
    }
    assert_eq!(broken_at(Br2::<Small>::default(), &plain(), &tight), None);
    // One record more in the last tenure's reload, and three reloads cannot pay for four.
    tight.insert(2, processed(1, 1));
    tight.extend([resumed(5, 0), processed(5, 0), processed(5, 1)]);
    assert_eq!(
        broken_at(Br2::<Small>::default(), &plain(), &tight),
        Some(tight.len())
    );
}

#[test]
fn s3_fires_on_an_answer_older_than_an_acknowledged_commit() {
    let acked = |offset| Observation::Acknowledged { offset };
    let answered = |committed| Observation::Answered { committed };
    let bad = [acked(1), acked(2), answered(Some(1))];
    assert_eq!(
        broken_at(S3::<Small>::none_committed(), &plain(), &bad),
        Some(3)
    );
    assert_eq!(
        broken_at(
            S3::<Small>::none_committed(),
            &plain(),
            &[acked(1), acked(2), answered(Some(2))]
        ),
        None
    );
    let unknown = Plain {
        unknown: vec![Some(1)],
        ..plain()
    };
    assert_eq!(
        broken_at(S3::<Small>::none_committed(), &unknown, &bad),
        None,
        "a lost answer may explain it"
    );
    assert_eq!(
        broken_at(S3::<Small>::default(), &plain(), &[answered(Some(7))]),
        None,
        "nothing is known at first"
    );
}

#[test]
fn l1_fires_on_a_record_that_is_gone_or_another() {
    let acked = Observation::Acked {
        offset: 1,
        value: 5,
    };
    let ends = |end| Observation::Ends { start: 0, end };
    let read = |value| Observation::Read { offset: 1, value };
    assert_eq!(
        broken_at(L1::<Small>::default(), &plain(), &[acked, ends(1)]),
        Some(2)
    );
    assert_eq!(
        broken_at(L1::<Small>::default(), &plain(), &[acked, read(6)]),
        Some(2)
    );
    assert_eq!(
        broken_at(L1::<Small>::default(), &plain(), &[acked, acked]),
        Some(2)
    );
    assert_eq!(
        broken_at(
            L1::<Small>::default(),
            &plain(),
            &[acked, Observation::PassedOver { offset: 1 }]
        ),
        Some(2)
    );
    assert_eq!(
        broken_at(
            L1::<Small>::default(),
            &plain(),
            &[acked, ends(2), read(5), ends(3)]
        ),
        None
    );
}

#[test]
fn o2_fires_on_a_commit_that_goes_back() {
    assert_eq!(
        broken_at(
            O2::<Small>::default(),
            &plain(),
            &[accepted(1, 2, 1), accepted(1, 1, 1)]
        ),
        Some(2)
    );
    let back = Observation::Moved {
        from: 2,
        to: 1,
        tenure: Some(1),
    };
    assert_eq!(
        broken_at(
            O2::<Small>::default(),
            &plain(),
            &[accepted(1, 2, 1), back, accepted(1, 1, 1)]
        ),
        None
    );
    assert_eq!(
        broken_at(
            O2::<Small>::default(),
            &plain(),
            &[accepted(1, 2, 1), accepted(2, 1, 2)]
        ),
        None
    );
}

#[test]
fn o9_fires_on_a_former_owners_commit() {
    let bad = [assigned(1, 1, 10), assigned(2, 2, 20), accepted(1, 1, 1)];
    assert_eq!(broken_at(O9::<Small>::default(), &plain(), &bad), Some(3));
    let reused = [assigned(1, 2, 10), assigned(2, 2, 20), accepted(1, 1, 2)];
    assert_eq!(
        broken_at(O9::<Small>::default(), &plain(), &reused),
        Some(3),
        "a generation number used again"
    );
    let current = [assigned(1, 1, 10), assigned(2, 2, 20), accepted(1, 1, 2)];
    assert_eq!(
        broken_at(O9::<Small>::default(), &plain(), &current),
        None,
        "G12: a current member may commit anything"
    );
    let same_member = [assigned(1, 1, 10), assigned(2, 1, 10), accepted(1, 1, 1)];
    assert_eq!(
        broken_at(O9::<Small>::default(), &plain(), &same_member),
        None
    );
}

struct Inside {
    memory: Option<Projection>,
    replay: Projection,
    acked_end: u64,
    delivered: i32,
}

impl View for Inside {
    fn memory(&self) -> Option<Projection> {
        self.memory
    }

    fn replay(&self) -> Projection {
        self.replay
    }

    fn durable_end(&self) -> u64 {
        3
    }

    fn acked_end(&self) -> u64 {
        self.acked_end
    }

    fn delivered_generation(&self) -> i32 {
        self.delivered
    }

    fn durable_generation(&self) -> i32 {
        2
    }
}

#[test]
fn invariants_fire_and_stay_quiet() {
    let replay = Projection {
        committed: Some(4),
        generation: Some(2),
    };
    let good = || Inside {
        memory: Some(replay),
        replay,
        acked_end: 3,
        delivered: 2,
    };
    let all = |view: &Inside| {
        let broken = broken_in(view).map(|broken| broken.promise);
        broken.collect::<Vec<_>>()
    };
    assert_eq!(all(&good()), []);
    let loading = Inside {
        memory: None,
        ..good()
    };
    let rebalancing = Inside {
        memory: Some(Projection {
            generation: None,
            ..replay
        }),
        ..good()
    };
    assert_eq!((all(&loading), all(&rebalancing)), (vec![], vec![]));
    let stale = Inside {
        memory: Some(Projection {
            committed: Some(3),
            ..replay
        }),
        ..good()
    };
    let lost = Inside {
        acked_end: 4,
        ..good()
    };
    let early = Inside {
        delivered: 3,
        ..good()
    };
    assert_eq!(all(&lost), [PromiseId::S3Log]);
    assert_eq!(all(&early), [PromiseId::G3]);
    assert_eq!(all(&stale), [PromiseId::S1]);
}

/// What each automaton remembers, at its edges: which step breaks it, or none.
#[test]
fn memories_at_their_edges() {
    let moved = |from, to, tenure| Observation::Moved { from, to, tenure };
    let ended = |tenure| Observation::Ended { tenure };
    let acked = |offset, value| Observation::Acked { offset, value };
    let ends = |start, end| Observation::Ends { start, end };
    let over = |offset| Observation::PassedOver { offset };
    let d1 = |sequence: &[Observation]| broken_at(D1::<Small>::default(), &plain(), sequence);
    let begun = [resumed(1, 1), processed(1, 1), accepted(1, 2, 1)];
    let then = |more: &[Observation]| [&begun[..], more].concat();
    // A record that turns out to stand below what is committed: from the group's first position on.
    let hole = [resumed(1, 0), moved(0, 2, Some(1)), accepted(1, 2, 1)];
    assert_eq!(d1(&hole), None);
    assert_eq!(d1(&then(&[acked(0, 1)])), None, "below its first position");
    assert_eq!(d1(&then(&[acked(2, 1)])), None, "not committed");
    assert_eq!(d1(&then(&[accepted(1, 1, 1), accepted(1, 3, 1)])), Some(5));
    let o2 = |sequence: &[Observation]| broken_at(O2::<Small>::default(), &plain(), sequence);
    assert_eq!(o2(&[accepted(1, 2, 1), accepted(1, 2, 1)]), None);
    let two = [accepted(1, 3, 1), accepted(2, 1, 1)];
    let after = |more: &[Observation]| [&two[..], more].concat();
    assert_eq!(o2(&after(&[accepted(2, 2, 1), accepted(2, 1, 1)])), Some(4));
    assert_eq!(o2(&after(&[ended(2), accepted(1, 2, 1)])), Some(4));
    assert_eq!(o2(&after(&[ended(1), accepted(1, 2, 1)])), None);
    assert_eq!(o2(&after(&[moved(3, 1, None), accepted(1, 2, 1)])), None);
    let back = moved(3, 1, Some(2));
    assert_eq!(o2(&after(&[back, accepted(1, 2, 1)])), Some(4));
    let l1 = |sequence: &[Observation]| broken_at(L1::<Small>::default(), &plain(), sequence);
    let two = [acked(1, 5), acked(2, 6)];
    let after = |more: &[Observation]| [&two[..], more].concat();
    assert_eq!(l1(&after(&[ends(2, 3), over(1)])), None, "deleted");
    assert_eq!(l1(&after(&[ends(2, 3), over(2)])), Some(4));
    assert_eq!(l1(&after(&[ends(2, 3), ends(0, 3), over(2)])), Some(5));
    assert_eq!(l1(&after(&[over(3)])), None);
    let br1 = |sequence: &[Observation]| broken_at(Br1::<Small>::default(), &plain(), sequence);
    let far = [
        resumed(1, 0),
        processed(1, 0),
        processed(1, 1),
        processed(1, 2),
    ];
    let after = |more: &[Observation]| [&far[..], more].concat();
    assert_eq!(br1(&after(&[resumed(2, 1)])), Some(5));
    assert_eq!(br1(&after(&[moved(3, 1, None), resumed(2, 1)])), None);
    assert_eq!(br1(&after(&[moved(3, 5, None), resumed(2, 2)])), None);
}

/// Whatever lists promises is made from what each says of itself.
#[test]
fn each_promise_is_found_by_its_id_and_says_what_it_is() {
    let mut ids = BTreeSet::new();
    let mut names = BTreeSet::new();
    for id in PromiseId::ALL {
        let promise = id.promise();
        assert!(ids.insert(promise.id.to_lowercase()), "{id} stands twice");
        assert!(
            names.insert(promise.name),
            "two are called {}",
            promise.name
        );
        assert_eq!(promise.id.to_lowercase().parse(), Ok(id));
        assert!(promise.sentence.ends_with('.') && !promise.source.is_empty());
        let json = format!("\"{}\"", promise.id);
        assert_eq!(serde_json::to_string(&id).unwrap(), json);
        assert_eq!(serde_json::from_str::<PromiseId>(&json).unwrap(), id);
        assert!(!promise.levels.is_empty());
        for level in Level::ALL {
            let listed = PromiseId::of(level).contains(&id);
            assert_eq!(listed, promise.levels.contains(&level), "{id}");
        }
    }
    assert_eq!(ids.len(), 39);
    let sizes = Level::ALL.map(|level| PromiseId::of(level).len());
    assert_eq!(sizes, [11, 17, 16]);
    for unknown in ["K5", "", "d1 "] {
        let error = unknown.parse::<PromiseId>().unwrap_err().to_string();
        assert!(error.contains("D1, BR1"), "{error}");
        assert!(serde_json::from_str::<PromiseId>(&format!("{unknown:?}")).is_err());
    }
}

fn observation() -> impl Strategy<Value = Observation> {
    let (tenure, offset) = (1u32..4, 0i64..6);
    prop_oneof![
        (offset.clone(), 1u64..9).prop_map(|(offset, value)| Observation::Acked { offset, value }),
        (offset.clone(), 1u64..9).prop_map(|(offset, value)| Observation::Read { offset, value }),
        offset
            .clone()
            .prop_map(|end| Observation::Ends { start: 0, end }),
        (tenure.clone(), 1i32..4).prop_map(|(tenure, generation)| assigned(
            tenure,
            generation,
            tenure.into()
        )),
        (tenure.clone(), offset.clone()).prop_map(|(tenure, at)| resumed(tenure, at)),
        (tenure.clone(), offset.clone()).prop_map(|(tenure, offset)| processed(tenure, offset)),
        (tenure.clone(), offset.clone(), 1i32..4).prop_map(|(t, offset, g)| accepted(t, offset, g)),
        offset
            .clone()
            .prop_map(|offset| Observation::Acknowledged { offset }),
        proptest::option::of(offset.clone())
            .prop_map(|committed| Observation::Answered { committed }),
        (offset.clone(), offset, proptest::option::of(tenure.clone()))
            .prop_map(|(from, to, tenure)| Observation::Moved { from, to, tenure }),
        tenure.prop_map(|tenure| Observation::Ended { tenure }),
    ]
}

/// Every verdict of every promise along a sequence.
fn verdicts<M: Memory>(
    setting: &Plain,
    sequence: &[Observation],
) -> Vec<Option<plimsoll_promises::Broken>> {
    fn along<P: Automaton>(
        mut p: P,
        s: &Plain,
        sequence: &[Observation],
    ) -> Vec<Option<plimsoll_promises::Broken>> {
        sequence.iter().map(|seen| p.step(seen, s).err()).collect()
    }
    [
        along(D1::<M>::default(), setting, sequence),
        along(Br1::<M>::default(), setting, sequence),
        along(Br2::<M>::default(), setting, sequence),
        along(S3::<M>::none_committed(), setting, sequence),
        along(L1::<M>::default(), setting, sequence),
        along(O2::<M>::default(), setting, sequence),
        along(O9::<M>::default(), setting, sequence),
    ]
    .concat()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, ..ProptestConfig::default() })]

    #[test]
    fn both_sizes_of_memory_answer_alike(sequence in proptest::collection::vec(observation(), 0..5)) {
        prop_assert_eq!(verdicts::<Small>(&plain(), &sequence), verdicts::<Growing>(&plain(), &sequence));
    }

    /// Longer, for the promises whose memory in an explored state has room for it.
    #[test]
    fn both_sizes_of_memory_answer_alike_for_long(sequence in proptest::collection::vec(observation(), 0..40)) {
        let few = |seen: &&Observation| !matches!(seen, Observation::Assigned { .. });
        let sequence: Vec<_> = sequence.iter().filter(few).copied().collect();
        prop_assert_eq!(verdicts::<Small>(&plain(), &sequence), verdicts::<Growing>(&plain(), &sequence));
    }
}
