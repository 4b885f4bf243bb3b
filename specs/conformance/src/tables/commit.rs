//! OffsetCommit and TxnOffsetCommit, Kafka `validateOffsetCommit`.

use crate::protocol::ErrorCode as E;

use super::*;
use crate::ask::NamelessAsk;
use crate::{Api, Gen, Instance, Offset, Who};

const VALIDATE: &str = "ClassicGroup.validateOffsetCommit";
const GROUP: &str = "OffsetMetadataManager.validateOffsetCommit";
const EMPTY: &str = "ClassicGroup.validateOffsetCommit, KAFKA-14201";
const METADATA: &str = "OffsetMetadataManager.commitOffset";
const TOPICS: &str = "KafkaApis.handleOffsetCommitRequest";
const TXN: &str = "OffsetMetadataManager.validateTransactionalOffsetCommit";
const TXN_TOPICS: &str = "KafkaApis.handleTxnOffsetCommitRequest";

const STORED: Expected = done(Effect::Stored);
const STAGED: Expected = done(Effect::Staged);
const LARGE: Expected = no(E::OffsetMetadataTooLarge);
const UNKNOWN: Expected = no(E::UnknownTopicOrPartition);
const NOTHING: Expected = yes(Answer::Each([None; 4]), Effect::Nothing);

fn ask(who: Who, instance: Instance, generation: Gen, offset: Offset, version: i16) -> Ask {
    Ask::Commit {
        who,
        instance,
        generation,
        offset,
        version,
    }
}

pub(super) fn rows() -> Vec<Row> {
    let api = Api::OffsetCommit;
    let plain =
        |who, instance, generation, version| ask(who, instance, generation, Offset::Plain, version);
    let (none, negative, current) = (Instance::No, Gen::Negative, Gen::Current);
    let dynamic = Cast::Dynamic;
    let other_generation = [GNF, CNA, UMID, ILG, ILG, ILG];
    let mut rows = vec![
        row(
            api,
            "a. simple",
            dynamic,
            plain(Who::Nobody, none, negative, 9),
            GROUP,
            [STORED, CNA, STORED, UMID, UMID, UMID],
        ),
        row(
            api,
            "b. no generation, member",
            dynamic,
            plain(Who::Leader, none, negative, 9),
            EMPTY,
            [STORED, CNA, STORED, ILG, ILG, ILG],
        ),
        row(
            api,
            "b. no generation, unknown member",
            dynamic,
            plain(Who::Stranger, none, negative, 9),
            EMPTY,
            [STORED, CNA, STORED, UMID, UMID, UMID],
        ),
        row(
            api,
            "b. no generation, instance of another",
            Cast::StaticFollower,
            plain(Who::Leader, Instance::Held, negative, 9),
            EMPTY,
            [STORED, CNA, STORED, FII, FII, FII],
        ),
        row(
            api,
            "c. current generation, v9",
            dynamic,
            plain(Who::Leader, none, current, 9),
            VALIDATE,
            [GNF, CNA, UMID, STORED, RIP, STORED],
        ),
        row(
            api,
            "c. current generation, v8",
            dynamic,
            plain(Who::Leader, none, current, 8),
            VALIDATE,
            [ILG, CNA, UMID, STORED, RIP, STORED],
        ),
        row(
            api,
            "c. current generation, static",
            Cast::StaticFollower,
            plain(Who::Follower, Instance::Held, current, 9),
            VALIDATE,
            [GNF, CNA, UMID, STORED, RIP, STORED],
        ),
        row(
            api,
            "c. current generation, session",
            dynamic,
            plain(Who::Leader, none, current, 9),
            METADATA,
            [
                GNF,
                CNA,
                UMID,
                done(Effect::Renewed),
                RIP,
                done(Effect::Renewed),
            ],
        ),
        row(
            api,
            "d. older generation",
            dynamic,
            plain(Who::Leader, none, Gen::Older, 9),
            VALIDATE,
            other_generation,
        ),
        row(
            api,
            "d. later generation",
            dynamic,
            plain(Who::Leader, none, Gen::Later, 9),
            VALIDATE,
            other_generation,
        ),
        row(
            api,
            "d. older generation, v8",
            dynamic,
            plain(Who::Leader, none, Gen::Older, 8),
            VALIDATE,
            [ILG, CNA, UMID, ILG, ILG, ILG],
        ),
        row(
            api,
            "e. unknown member",
            dynamic,
            plain(Who::Stranger, none, current, 9),
            VALIDATE,
            [GNF, CNA, UMID, UMID, UMID, UMID],
        ),
        row(
            api,
            "e. no member id",
            dynamic,
            plain(Who::Nobody, none, current, 9),
            VALIDATE,
            [GNF, CNA, UMID, UMID, UMID, UMID],
        ),
        row(
            api,
            "f. instance of another",
            Cast::StaticFollower,
            plain(Who::Leader, Instance::Held, current, 9),
            VALIDATE,
            [GNF, CNA, UMID, FII, FII, FII],
        ),
    ];
    rows.extend(rows_by_partition(api));
    rows
}

/// What the partitions of a request are told, each by itself.
fn rows_by_partition(api: Api) -> Vec<Row> {
    let dynamic = Cast::Dynamic;
    let commits = |offset| ask(Who::Leader, Instance::No, Gen::Current, offset, 9);
    let stored = |condition, offset| {
        let expected = [GNF, CNA, UMID, STORED, RIP, STORED];
        row(api, condition, dynamic, commits(offset), METADATA, expected)
    };
    let too_long = |condition, offset| {
        let expected = [GNF, CNA, UMID, LARGE, RIP, LARGE];
        row(api, condition, dynamic, commits(offset), METADATA, expected)
    };
    let unknown =
        |condition, offset| anywhere(api, condition, dynamic, commits(offset), TOPICS, UNKNOWN);
    vec![
        too_long("metadata too long", Offset::LongMetadata),
        too_long("metadata too long in UTF-16", Offset::LongMetadataInUnits),
        stored("metadata as long as may be", Offset::LongestMetadata),
        stored(
            "metadata as long as may be, in UTF-16",
            Offset::LongestMetadataInBytes,
        ),
        Row {
            prior: Prior::Committed,
            expected: stored_where_there_was(),
            ..stored("an offset before the last", Offset::Earlier)
        },
        stored("offset -1", Offset::Negative),
        Row {
            expected: [
                mixed(E::GroupIdNotFound, E::GroupIdNotFound, Effect::Nothing),
                mixed(
                    E::CoordinatorNotAvailable,
                    E::CoordinatorNotAvailable,
                    Effect::Nothing,
                ),
                mixed(E::UnknownMemberId, E::UnknownMemberId, Effect::Nothing),
                mixed(E::OffsetMetadataTooLarge, E::None, Effect::StoredBeside),
                mixed(
                    E::RebalanceInProgress,
                    E::RebalanceInProgress,
                    Effect::Nothing,
                ),
                mixed(E::OffsetMetadataTooLarge, E::None, Effect::StoredBeside),
                mixed(
                    E::CoordinatorLoadInProgress,
                    E::CoordinatorLoadInProgress,
                    Effect::Nothing,
                ),
                mixed(E::NotCoordinator, E::NotCoordinator, Effect::Nothing),
            ],
            ..stored(SEVERAL, Offset::Several)
        },
        Row {
            expected: twice(),
            ..stored("the same partition twice", Offset::Twice)
        },
        unknown("unknown partition", Offset::UnknownPartition),
        unknown("negative partition", Offset::NegativePartition),
        unknown("unknown topic", Offset::UnknownTopic),
        anywhere(
            api,
            "no partition",
            dynamic,
            commits(Offset::Nothing),
            TOPICS,
            NOTHING,
        ),
        row(
            api,
            "group id \"\", simple",
            dynamic,
            Ask::Nameless(NamelessAsk::Commit),
            "GroupCoordinatorService.commitOffsets",
            [done(Effect::Nothing); 6],
        ),
        anywhere(
            api,
            "group id null",
            dynamic,
            commits(Offset::Plain),
            "GroupCoordinatorService.commitOffsets",
            unreachable(NO_NULL),
        ),
        anywhere(
            api,
            "KIP-848 group",
            dynamic,
            commits(Offset::Plain),
            "ConsumerGroup.validateOffsetCommit",
            unreachable(NOT_SERVED),
        ),
    ]
}

const SEVERAL: &str = "one too long, two unknown, one right";

/// Its partitions that do not exist are told so whatever becomes of the others.
fn mixed(too_long: E, right: E, effect: Effect) -> Expected {
    let unknown = E::UnknownTopicOrPartition;
    yes(each(&[too_long, unknown, unknown, right]), effect)
}

fn stored_where_there_was() -> [Expected; State::COUNT] {
    let (loading, elsewhere) = (no(E::CoordinatorLoadInProgress), no(E::NotCoordinator));
    [NO_GROUP, CNA, UMID, STORED, RIP, STORED, loading, elsewhere]
}

/// The last one counts.
fn twice() -> [Expected; State::COUNT] {
    let refused = |error| yes(each(&[error, error]), Effect::Nothing);
    let stored = yes(each(&[E::None, E::None]), Effect::Stored);
    [
        refused(E::GroupIdNotFound),
        refused(E::CoordinatorNotAvailable),
        refused(E::UnknownMemberId),
        stored,
        refused(E::RebalanceInProgress),
        stored,
        refused(E::CoordinatorLoadInProgress),
        refused(E::NotCoordinator),
    ]
}

pub(super) fn txn_rows() -> Vec<Row> {
    let api = Api::TxnOffsetCommit;
    let ask = |who, instance, generation, offset| Ask::TxnCommit {
        who,
        instance,
        generation,
        offset,
    };
    let plain = |who, instance, generation| ask(who, instance, generation, Offset::Plain);
    let (none, negative, current) = (Instance::No, Gen::Negative, Gen::Current);
    let dynamic = Cast::Dynamic;
    let other_generation = [ILG, CNA, UMID, ILG, ILG, ILG];
    let strangers = [ILG, CNA, UMID, UMID, UMID, UMID];
    let commits = |offset| ask(Who::Leader, none, current, offset);
    vec![
        row(
            api,
            "a. simple",
            dynamic,
            plain(Who::Nobody, none, negative),
            TXN,
            [STAGED, CNA, STAGED, STAGED, STAGED, STAGED],
        ),
        row(
            api,
            "b. no generation, member",
            dynamic,
            plain(Who::Leader, none, negative),
            TXN,
            [STAGED, CNA, STAGED, ILG, ILG, ILG],
        ),
        row(
            api,
            "b. no generation, unknown member",
            dynamic,
            plain(Who::Stranger, none, negative),
            TXN,
            [STAGED, CNA, STAGED, UMID, UMID, UMID],
        ),
        row(
            api,
            "b. no generation, instance of another",
            Cast::StaticFollower,
            plain(Who::Leader, Instance::Held, negative),
            TXN,
            [STAGED, CNA, STAGED, FII, FII, FII],
        ),
        row(
            api,
            "c. current generation",
            dynamic,
            plain(Who::Leader, none, current),
            TXN,
            [ILG, CNA, UMID, STAGED, STAGED, STAGED],
        ),
        row(
            api,
            "d. older generation",
            dynamic,
            plain(Who::Leader, none, Gen::Older),
            TXN,
            other_generation,
        ),
        row(
            api,
            "d. later generation",
            dynamic,
            plain(Who::Leader, none, Gen::Later),
            TXN,
            other_generation,
        ),
        row(
            api,
            "e. unknown member",
            dynamic,
            plain(Who::Stranger, none, current),
            TXN,
            strangers,
        ),
        row(
            api,
            "e. no member id",
            dynamic,
            plain(Who::Nobody, none, current),
            TXN,
            strangers,
        ),
        row(
            api,
            "f. instance of another",
            Cast::StaticFollower,
            plain(Who::Leader, Instance::Held, current),
            TXN,
            [ILG, CNA, UMID, FII, FII, FII],
        ),
        row(
            api,
            "metadata too long",
            dynamic,
            commits(Offset::LongMetadata),
            "OffsetMetadataManager.commitTransactionalOffset",
            [ILG, CNA, UMID, LARGE, LARGE, LARGE],
        ),
        Row {
            expected: [
                mixed(E::IllegalGeneration, E::IllegalGeneration, Effect::Nothing),
                mixed(
                    E::CoordinatorNotAvailable,
                    E::CoordinatorNotAvailable,
                    Effect::Nothing,
                ),
                mixed(E::UnknownMemberId, E::UnknownMemberId, Effect::Nothing),
                mixed(E::OffsetMetadataTooLarge, E::None, Effect::StagedBeside),
                mixed(E::OffsetMetadataTooLarge, E::None, Effect::StagedBeside),
                mixed(E::OffsetMetadataTooLarge, E::None, Effect::StagedBeside),
                mixed(
                    E::CoordinatorLoadInProgress,
                    E::CoordinatorLoadInProgress,
                    Effect::Nothing,
                ),
                mixed(E::NotCoordinator, E::NotCoordinator, Effect::Nothing),
            ],
            ..row(
                api,
                SEVERAL,
                dynamic,
                commits(Offset::Several),
                TXN,
                [UMID; 6],
            )
        },
        anywhere(
            api,
            "unknown partition",
            dynamic,
            commits(Offset::UnknownPartition),
            TXN_TOPICS,
            UNKNOWN,
        ),
        anywhere(
            api,
            "unknown topic",
            dynamic,
            commits(Offset::UnknownTopic),
            TXN_TOPICS,
            UNKNOWN,
        ),
        anywhere(
            api,
            "no partition",
            dynamic,
            commits(Offset::Nothing),
            TXN_TOPICS,
            NOTHING,
        ),
        anywhere(
            api,
            "group id \"\"",
            dynamic,
            Ask::Nameless(NamelessAsk::TxnCommit),
            "GroupCoordinatorService.commitTransactionalOffsets",
            no(E::InvalidGroupId),
        ),
        anywhere(
            api,
            "transaction not verified",
            dynamic,
            commits(Offset::Plain),
            "CoordinatorRuntime.scheduleTransactionalWriteOperation, KIP-890",
            unreachable(
                "who appends verifies the transaction, and there is nobody here to ask about it",
            ),
        ),
        anywhere(
            api,
            "KIP-848 group",
            dynamic,
            commits(Offset::Plain),
            "ConsumerGroup.validateOffsetCommit",
            unreachable(NOT_SERVED),
        ),
    ]
}
