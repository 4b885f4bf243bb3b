//! JoinGroup, Kafka `classicGroupJoin`.

use crate::protocol::{ErrorCode as E, GroupState::*};

use super::*;
use crate::ask::NamelessAsk;
use crate::{Api, Instance, Offer, Who};

const NEW: &str = "GroupMetadataManager.classicGroupJoinNewMember";
const NEW_DYNAMIC: &str = "GroupMetadataManager.classicGroupJoinNewDynamicMember, KIP-394";
const KNOWN: &str = "GroupMetadataManager.classicGroupJoinExistingMember";
const REPLACE: &str = "GroupMetadataManager.updateStaticMemberThenRebalanceOrCompleteJoin, KIP-345";
const SKIP: &str = "GroupMetadataManager.updateStaticMemberThenRebalanceOrCompleteJoin, KIP-814";
const SIZE: &str = "GroupMetadataManager.acceptJoiningMember";
const PROTOCOLS: &str = "ClassicGroup.supportsProtocols";
const BOUNDS: &str = "GroupCoordinatorService.joinGroup";
const FENCE: &str = "ClassicGroup.validateMember";

const MIR: Expected = no(E::MemberIdRequired);
const MADE_MIR: Expected = yes(Answer::Error(E::MemberIdRequired), Effect::Made);
const FULL: Expected = no(E::GroupMaxSizeReached);
const PARK: Expected = yes(Answer::Waits, Effect::Becomes(PreparingRebalance));
const TAKE_PART: Expected = yes(
    Answer::Joined {
        members: false,
        skip: false,
    },
    Effect::Nothing,
);
const LEAD: Expected = yes(
    Answer::Joined {
        members: true,
        skip: false,
    },
    Effect::Nothing,
);
const COMPLETES: Expected = yes(
    Answer::Joined {
        members: true,
        skip: false,
    },
    Effect::Becomes(CompletingRebalance),
);
const CONFUSED: Expected = no(E::UnknownServerError);
const NEVER_ISSUED: Expected = unreachable("an id is issued by making the group");
const NOT_FULL: Expected = unreachable("a group without members is not full");

fn join(who: Who, instance: Instance, offer: Offer, version: i16) -> Ask {
    Ask::Join {
        who,
        instance,
        offer,
        version,
    }
}

pub(super) fn rows() -> Vec<Row> {
    let api = Api::JoinGroup;
    let usual = |who, instance, version| join(who, instance, Offer::Usual, version);
    let (nobody, none) = (Who::Nobody, Instance::No);
    let dynamic = Cast::Dynamic;
    let mut rows = vec![
        row(
            api,
            "id \"\", dynamic, v4",
            dynamic,
            usual(nobody, none, 4),
            NEW_DYNAMIC,
            [MADE_MIR, CNA, MIR, MIR, MIR, MIR],
        ),
        row(
            api,
            "id \"\", dynamic, v9",
            dynamic,
            usual(nobody, none, 9),
            NEW_DYNAMIC,
            [MADE_MIR, CNA, MIR, MIR, MIR, MIR],
        ),
        row(
            api,
            "id \"\", dynamic, v3",
            dynamic,
            usual(nobody, none, 3),
            NEW_DYNAMIC,
            [PARK, CNA, PARK, PARK, PARK, PARK],
        ),
        row(
            api,
            "id \"\", dynamic, v4, full",
            Cast::Full,
            usual(nobody, none, 4),
            SIZE,
            [NOT_FULL, CNA, NOT_FULL, FULL, FULL, FULL],
        ),
        row(
            api,
            "id \"\", dynamic, v3, full",
            Cast::Full,
            usual(nobody, none, 3),
            SIZE,
            [NOT_FULL, CNA, NOT_FULL, FULL, FULL, FULL],
        ),
        row(
            api,
            "id \"\", static, full",
            Cast::Full,
            usual(nobody, Instance::Free, 9),
            SIZE,
            [NOT_FULL, CNA, NOT_FULL, FULL, FULL, FULL],
        ),
        row(
            api,
            "id \"\", static, instance unknown",
            dynamic,
            usual(nobody, Instance::Free, 9),
            NEW,
            [PARK, CNA, PARK, PARK, PARK, PARK],
        ),
        row(
            api,
            "id \"\", static, instance of the follower",
            Cast::StaticFollower,
            usual(nobody, Instance::Held, 9),
            REPLACE,
            [
                NOBODY_THERE,
                CNA,
                NOBODY_THERE,
                yes(Answer::Waits, Effect::Becomes(PreparingRebalance)),
                PARK,
                yes(
                    Answer::Joined {
                        members: false,
                        skip: false,
                    },
                    Effect::Replaced,
                ),
            ],
        ),
        row(
            api,
            "id \"\", static, instance of the follower, other protocol",
            Cast::StaticFollower,
            join(nobody, Instance::Held, Offer::OtherProtocol, 9),
            REPLACE,
            [NOBODY_THERE, CNA, NOBODY_THERE, PARK, PARK, PARK],
        ),
        row(
            api,
            "id \"\", static, instance of the leader, v9",
            Cast::StaticLeader,
            usual(nobody, Instance::Held, 9),
            SKIP,
            [
                NOBODY_THERE,
                CNA,
                NOBODY_THERE,
                COMPLETES,
                PARK,
                yes(
                    Answer::Joined {
                        members: true,
                        skip: true,
                    },
                    Effect::LeaderReplaced,
                ),
            ],
        ),
        row(
            api,
            "id \"\", static, instance of the leader, v8",
            Cast::StaticLeader,
            usual(nobody, Instance::Held, 8),
            SKIP,
            [
                NOBODY_THERE,
                CNA,
                NOBODY_THERE,
                COMPLETES,
                PARK,
                yes(
                    Answer::Joined {
                        members: false,
                        skip: false,
                    },
                    Effect::LeaderReplaced,
                ),
            ],
        ),
    ];
    rows.extend(known_rows(api));
    rows.extend(refused_rows(api));
    rows
}

fn known_rows(api: Api) -> Vec<Row> {
    let usual = |who, instance| join(who, instance, Offer::Usual, 9);
    let changed = |who| join(who, Instance::No, Offer::Changed, 9);
    let none = Instance::No;
    let dynamic = Cast::Dynamic;
    vec![
        row(
            api,
            "pending id",
            Cast::WithIssued,
            usual(Who::Issued, none),
            KNOWN,
            [NEVER_ISSUED, CNA, PARK, PARK, PARK, PARK],
        ),
        row(
            api,
            "pending id with an instance",
            Cast::WithIssued,
            usual(Who::Issued, Instance::Free),
            KNOWN,
            [NEVER_ISSUED, CNA, CONFUSED, CONFUSED, CONFUSED, CONFUSED],
        ),
        row(
            api,
            "id issued before the group was full",
            Cast::Full,
            usual(Who::Issued, none),
            SIZE,
            [NOT_FULL, CNA, NOT_FULL, FULL, FULL, FULL],
        ),
        row(
            api,
            "unknown id, full",
            Cast::Full,
            usual(Who::Stranger, none),
            SIZE,
            [NOT_FULL, CNA, NOT_FULL, FULL, FULL, FULL],
        ),
        row(
            api,
            "follower, same metadata",
            dynamic,
            usual(Who::Follower, none),
            KNOWN,
            [UMID, CNA, UMID, PARK, TAKE_PART, TAKE_PART],
        ),
        row(
            api,
            "follower, changed metadata",
            dynamic,
            changed(Who::Follower),
            KNOWN,
            [UMID, CNA, UMID, PARK, PARK, PARK],
        ),
        row(
            api,
            "leader, same metadata",
            dynamic,
            usual(Who::Leader, none),
            KNOWN,
            [UMID, CNA, UMID, COMPLETES, LEAD, PARK],
        ),
        row(
            api,
            "leader, changed metadata",
            dynamic,
            changed(Who::Leader),
            KNOWN,
            [UMID, CNA, UMID, COMPLETES, PARK, PARK],
        ),
        row(
            api,
            "static follower, its own id",
            Cast::StaticFollower,
            usual(Who::Follower, Instance::Held),
            KNOWN,
            [UMID, CNA, UMID, PARK, TAKE_PART, TAKE_PART],
        ),
        row(
            api,
            "member of a full group",
            Cast::Full,
            usual(Who::Follower, none),
            SIZE,
            [
                UMID,
                CNA,
                UMID,
                unreachable(
                    "the join phase of a full group ends the moment its members' ids are told",
                ),
                TAKE_PART,
                TAKE_PART,
            ],
        ),
        row(
            api,
            "unknown id",
            dynamic,
            usual(Who::Stranger, none),
            FENCE,
            [UMID, CNA, UMID, UMID, UMID, UMID],
        ),
        row(
            api,
            "instance known, other member id",
            Cast::StaticFollower,
            usual(Who::Leader, Instance::Held),
            FENCE,
            [UMID, CNA, UMID, FII, FII, FII],
        ),
        row(
            api,
            "instance unknown, member id given",
            dynamic,
            usual(Who::Follower, Instance::Free),
            FENCE,
            [UMID, CNA, UMID, UMID, UMID, UMID],
        ),
    ]
}

fn refused_rows(api: Api) -> Vec<Row> {
    let with = |offer| join(Who::Nobody, Instance::No, offer, 9);
    let dynamic = Cast::Dynamic;
    let made_igp = yes(Answer::Error(E::InconsistentGroupProtocol), Effect::Made);
    vec![
        row(
            api,
            "other protocol type",
            dynamic,
            with(Offer::AlienType),
            PROTOCOLS,
            [MADE_MIR, CNA, MIR, IGP, IGP, IGP],
        ),
        row(
            api,
            "no protocol in common",
            dynamic,
            with(Offer::Alien),
            PROTOCOLS,
            [MADE_MIR, CNA, MIR, IGP, IGP, IGP],
        ),
        row(
            api,
            "no protocol at all",
            dynamic,
            with(Offer::None),
            PROTOCOLS,
            [made_igp, CNA, IGP, IGP, IGP, IGP],
        ),
        row(
            api,
            "member, no protocol in common",
            dynamic,
            join(Who::Leader, Instance::No, Offer::Alien, 9),
            PROTOCOLS,
            [UMID, CNA, UMID, IGP, IGP, IGP],
        ),
        row(
            api,
            "share group under that id",
            dynamic,
            with(Offer::Usual),
            "GroupMetadataManager.classicGroupJoin, KIP-932",
            [unreachable(NOT_SERVED); 6],
        ),
        row(
            api,
            "protocol type \"\"",
            dynamic,
            with(Offer::NoType),
            PROTOCOLS,
            [made_igp, CNA, IGP, IGP, IGP, IGP],
        ),
        row(
            api,
            "pending id, no protocol in common",
            Cast::WithIssued,
            join(Who::Issued, Instance::No, Offer::Alien, 9),
            PROTOCOLS,
            [NEVER_ISSUED, CNA, PARK, IGP, IGP, IGP],
        ),
        row(
            api,
            "shortest session time-out",
            dynamic,
            with(Offer::ShortestSession),
            BOUNDS,
            [MADE_MIR, CNA, MIR, MIR, MIR, MIR],
        ),
        row(
            api,
            "longest session time-out",
            dynamic,
            with(Offer::LongestSession),
            BOUNDS,
            [MADE_MIR, CNA, MIR, MIR, MIR, MIR],
        ),
        anywhere(
            api,
            "session time-out below the bounds",
            dynamic,
            with(Offer::SessionTimeoutBelowMin),
            BOUNDS,
            no(E::InvalidSessionTimeout),
        ),
        anywhere(
            api,
            "session time-out above the bounds",
            dynamic,
            with(Offer::OverlongSession),
            BOUNDS,
            no(E::InvalidSessionTimeout),
        ),
        anywhere(
            api,
            "group id \"\"",
            dynamic,
            Ask::Nameless(NamelessAsk::Join),
            BOUNDS,
            no(E::InvalidGroupId),
        ),
    ]
}
