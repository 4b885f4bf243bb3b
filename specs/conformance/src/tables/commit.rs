//! OffsetCommit and TxnOffsetCommit, semantics §3.5.

use plimsoll_coordinator::ErrorCode as E;

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
const NOTHING: Expected = yes(Answer::Count(0), Effect::Nothing);

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
    let commits = |offset| ask(Who::Leader, none, current, offset, 9);
    rows.extend([
        row(
            api,
            "metadata too long",
            dynamic,
            commits(Offset::LongMetadata),
            METADATA,
            [GNF, CNA, UMID, LARGE, RIP, LARGE],
        ),
        row(
            api,
            "unknown partition",
            dynamic,
            commits(Offset::UnknownPartition),
            TOPICS,
            [UNKNOWN; 6],
        ),
        row(
            api,
            "unknown topic",
            dynamic,
            commits(Offset::UnknownTopic),
            TOPICS,
            [UNKNOWN; 6],
        ),
        row(
            api,
            "no partition",
            dynamic,
            commits(Offset::Nothing),
            TOPICS,
            [NOTHING; 6],
        ),
        row(
            api,
            "group id \"\", simple",
            dynamic,
            Ask::Nameless(NamelessAsk::Commit),
            "GroupCoordinatorService.commitOffsets",
            [done(Effect::Nothing); 6],
        ),
    ]);
    rows
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
        row(
            api,
            "unknown partition",
            dynamic,
            commits(Offset::UnknownPartition),
            TXN_TOPICS,
            [UNKNOWN; 6],
        ),
        row(
            api,
            "no partition",
            dynamic,
            commits(Offset::Nothing),
            TXN_TOPICS,
            [NOTHING; 6],
        ),
        row(
            api,
            "group id \"\"",
            dynamic,
            Ask::Nameless(NamelessAsk::TxnCommit),
            "GroupCoordinatorService.commitTransactionalOffsets",
            [no(E::InvalidGroupId); 6],
        ),
    ]
}
