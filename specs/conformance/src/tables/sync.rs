//! SyncGroup, Kafka `classicGroupSync`.

use crate::protocol::{ErrorCode as E, GroupState::*};

use super::*;
use crate::answer::{OF_THE_FOLLOWER, OF_THE_LEADER};
use crate::ask::NamelessAsk;
use crate::{Api, Gen, Instance, Names, Who};

const VALIDATE: &str = "GroupMetadataManager.validateSyncGroup";
const MANDATORY: &str = "KafkaApis.handleSyncGroupRequest, KIP-559";
const SYNC: &str = "GroupMetadataManager.classicGroupSyncToClassicGroup";

fn sync(who: Who, instance: Instance, generation: Gen, names: Names, version: i16) -> Ask {
    Ask::Sync {
        who,
        instance,
        generation,
        names,
        version,
    }
}

pub(super) fn rows() -> Vec<Row> {
    let api = Api::SyncGroup;
    let (no_instance, current, right) = (Instance::No, Gen::Current, Names::Right);
    let dynamic = Cast::Dynamic;
    let settles = yes(Answer::Assigned(OF_THE_LEADER), Effect::Settles(Stable));
    let leaders = yes(Answer::Assigned(OF_THE_LEADER), Effect::Nothing);
    let followers = yes(Answer::Assigned(OF_THE_FOLLOWER), Effect::Nothing);
    let waits = yes(Answer::Waits, Effect::Nothing);
    let strangers = [UMID, CNA, UMID, UMID, UMID, UMID];
    let outdated = [UMID, CNA, UMID, ILG, ILG, ILG];
    let inconsistent = [UMID, CNA, UMID, IGP, IGP, IGP];
    vec![
        row(
            api,
            "unknown member",
            dynamic,
            sync(Who::Stranger, no_instance, current, right, 5),
            VALIDATE,
            strangers,
        ),
        row(
            api,
            "no member id",
            dynamic,
            sync(Who::Nobody, no_instance, current, right, 5),
            VALIDATE,
            strangers,
        ),
        row(
            api,
            "unknown instance",
            dynamic,
            sync(Who::Leader, Instance::Free, current, right, 5),
            VALIDATE,
            strangers,
        ),
        row(
            api,
            "instance fenced",
            Cast::StaticFollower,
            sync(Who::Leader, Instance::Held, current, right, 5),
            VALIDATE,
            [UMID, CNA, UMID, FII, FII, FII],
        ),
        row(
            api,
            "older generation",
            dynamic,
            sync(Who::Leader, no_instance, Gen::Older, right, 5),
            VALIDATE,
            outdated,
        ),
        row(
            api,
            "later generation",
            dynamic,
            sync(Who::Leader, no_instance, Gen::Later, right, 5),
            VALIDATE,
            outdated,
        ),
        row(
            api,
            "negative generation",
            dynamic,
            sync(Who::Leader, no_instance, Gen::Negative, right, 5),
            VALIDATE,
            outdated,
        ),
        row(
            api,
            "other protocol type",
            dynamic,
            sync(Who::Leader, no_instance, current, Names::OtherType, 5),
            VALIDATE,
            inconsistent,
        ),
        row(
            api,
            "other protocol name",
            dynamic,
            sync(Who::Leader, no_instance, current, Names::OtherName, 5),
            VALIDATE,
            inconsistent,
        ),
        row(
            api,
            "valid, leader",
            dynamic,
            sync(Who::Leader, no_instance, current, right, 5),
            SYNC,
            [UMID, CNA, UMID, RIP, settles, leaders],
        ),
        row(
            api,
            "valid, follower",
            dynamic,
            sync(Who::Follower, no_instance, current, right, 5),
            SYNC,
            [UMID, CNA, UMID, RIP, waits, followers],
        ),
        row(
            api,
            "valid, static follower",
            Cast::StaticFollower,
            sync(Who::Follower, Instance::Held, current, right, 5),
            SYNC,
            [UMID, CNA, UMID, RIP, waits, followers],
        ),
        row(
            api,
            "v4, other protocol name",
            dynamic,
            sync(Who::Leader, no_instance, current, Names::OtherName, 4),
            VALIDATE,
            inconsistent,
        ),
        row(
            api,
            "v4 without protocol, leader",
            dynamic,
            sync(Who::Leader, no_instance, current, Names::Missing, 4),
            SYNC,
            [UMID, CNA, UMID, RIP, settles, leaders],
        ),
        anywhere(
            api,
            "v5 without protocol",
            dynamic,
            sync(Who::Leader, no_instance, current, Names::Missing, 5),
            MANDATORY,
            IGP,
        ),
        anywhere(
            api,
            "v5 without protocol type",
            dynamic,
            sync(Who::Leader, no_instance, current, Names::NoType, 5),
            MANDATORY,
            IGP,
        ),
        anywhere(
            api,
            "v5 without protocol name",
            dynamic,
            sync(Who::Leader, no_instance, current, Names::NoName, 5),
            MANDATORY,
            IGP,
        ),
        anywhere(
            api,
            "group id \"\"",
            dynamic,
            Ask::Nameless(NamelessAsk::Sync),
            "GroupCoordinatorService.syncGroup",
            no(E::InvalidGroupId),
        ),
    ]
}
