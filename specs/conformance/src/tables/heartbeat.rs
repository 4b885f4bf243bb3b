//! Heartbeat, Kafka `classicGroupHeartbeat`.

use crate::protocol::ErrorCode as E;

use super::*;
use crate::ask::NamelessAsk;
use crate::{Api, Gen, Instance, Who};

const VALIDATE: &str = "GroupMetadataManager.validateClassicGroupHeartbeat";
const HEARTBEAT: &str = "GroupMetadataManager.classicGroupHeartbeatToClassicGroup";

pub(super) fn rows() -> Vec<Row> {
    let api = Api::Heartbeat;
    let ask = |who, instance, generation| Ask::Heartbeat {
        who,
        instance,
        generation,
    };
    let (no_instance, current) = (Instance::No, Gen::Current);
    let dynamic = Cast::Dynamic;
    let strangers = [UMID, CNA, UMID, UMID, UMID, UMID];
    let outdated = [UMID, CNA, UMID, ILG, ILG, ILG];
    let description = yes(Answer::Error(E::RebalanceInProgress), Effect::Renewed);
    let valid = [
        UMID,
        CNA,
        UMID,
        description,
        done(Effect::Renewed),
        done(Effect::Renewed),
    ];
    vec![
        row(
            api,
            "unknown member",
            dynamic,
            ask(Who::Stranger, no_instance, current),
            VALIDATE,
            strangers,
        ),
        row(
            api,
            "no member id",
            dynamic,
            ask(Who::Nobody, no_instance, current),
            VALIDATE,
            strangers,
        ),
        row(
            api,
            "unknown instance",
            dynamic,
            ask(Who::Leader, Instance::Free, current),
            VALIDATE,
            strangers,
        ),
        row(
            api,
            "fenced instance",
            Cast::StaticFollower,
            ask(Who::Leader, Instance::Held, current),
            VALIDATE,
            [UMID, CNA, UMID, FII, FII, FII],
        ),
        row(
            api,
            "older generation",
            dynamic,
            ask(Who::Leader, no_instance, Gen::Older),
            VALIDATE,
            outdated,
        ),
        row(
            api,
            "later generation",
            dynamic,
            ask(Who::Leader, no_instance, Gen::Later),
            VALIDATE,
            outdated,
        ),
        row(
            api,
            "negative generation",
            dynamic,
            ask(Who::Leader, no_instance, Gen::Negative),
            VALIDATE,
            outdated,
        ),
        row(
            api,
            "valid",
            dynamic,
            ask(Who::Leader, no_instance, current),
            HEARTBEAT,
            valid,
        ),
        row(
            api,
            "valid, static",
            Cast::StaticLeader,
            ask(Who::Leader, Instance::Held, current),
            HEARTBEAT,
            valid,
        ),
        anywhere(
            api,
            "group id \"\"",
            dynamic,
            Ask::Nameless(NamelessAsk::Heartbeat),
            "GroupCoordinatorService.heartbeat",
            no(E::InvalidGroupId),
        ),
    ]
}
