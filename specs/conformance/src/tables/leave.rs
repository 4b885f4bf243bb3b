//! LeaveGroup, Kafka `classicGroupLeave`.

use crate::protocol::{ErrorCode as E, GroupState::*};

use super::*;
use crate::ask::NamelessAsk;
use crate::{Api, Instance, Who};

const LEAVE: &str = "GroupMetadataManager.classicGroupLeaveToClassicGroup";
const INSTANCE: &str = "GroupMetadataManager.classicGroupLeaveToClassicGroup, KIP-345";
const OLD: &str = "LeaveGroupResponse";

const fn member(error: E) -> Expected {
    yes(Answer::Left(E::None, Some(error)), Effect::Nothing)
}

const fn top(error: E) -> Expected {
    yes(Answer::Left(error, None), Effect::Nothing)
}

const DEAD: Expected = top(E::CoordinatorNotAvailable);
const UNKNOWN: Expected = member(E::UnknownMemberId);
const LEFT: Expected = yes(
    Answer::Left(E::None, Some(E::None)),
    Effect::Becomes(PreparingRebalance),
);
const STRANGER: [Expected; 6] = [UNKNOWN, DEAD, UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN];

pub(super) fn rows() -> Vec<Row> {
    let api = Api::LeaveGroup;
    let ask = |who, instance, version| Ask::Leave {
        who,
        instance,
        version,
    };
    let none = Instance::No;
    let (dynamic, fixed) = (Cast::Dynamic, Cast::StaticFollower);
    let leaves = [UNKNOWN, DEAD, UNKNOWN, LEFT, LEFT, LEFT];
    let gone = member(E::None);
    let fenced = member(E::FencedInstanceId);
    let old_unknown = top(E::UnknownMemberId);
    let old_fenced = top(E::FencedInstanceId);
    let old_left = yes(
        Answer::Left(E::None, None),
        Effect::Becomes(PreparingRebalance),
    );
    let never_issued = unreachable("an id is issued by making the group");
    vec![
        row(
            api,
            "member",
            dynamic,
            ask(Who::Follower, none, 5),
            LEAVE,
            leaves,
        ),
        row(
            api,
            "static member, id and instance",
            fixed,
            ask(Who::Follower, Instance::Held, 5),
            INSTANCE,
            leaves,
        ),
        row(
            api,
            "id \"\", known instance",
            fixed,
            ask(Who::Nobody, Instance::Held, 5),
            INSTANCE,
            leaves,
        ),
        row(
            api,
            "id \"\", unknown instance",
            fixed,
            ask(Who::Nobody, Instance::Free, 5),
            INSTANCE,
            STRANGER,
        ),
        row(
            api,
            "id \"\", no instance",
            dynamic,
            ask(Who::Nobody, none, 5),
            INSTANCE,
            STRANGER,
        ),
        row(
            api,
            "pending id",
            Cast::WithIssued,
            ask(Who::Issued, none, 5),
            LEAVE,
            [never_issued, DEAD, gone, gone, LEFT, LEFT],
        ),
        row(
            api,
            "instance fenced",
            fixed,
            ask(Who::Leader, Instance::Held, 5),
            LEAVE,
            [UNKNOWN, DEAD, UNKNOWN, fenced, fenced, fenced],
        ),
        row(
            api,
            "unknown member",
            dynamic,
            ask(Who::Stranger, none, 5),
            LEAVE,
            STRANGER,
        ),
        row(
            api,
            "member, v2",
            dynamic,
            ask(Who::Follower, none, 2),
            OLD,
            [old_unknown, DEAD, old_unknown, old_left, old_left, old_left],
        ),
        row(
            api,
            "unknown member, v2",
            dynamic,
            ask(Who::Stranger, none, 2),
            OLD,
            [
                old_unknown,
                DEAD,
                old_unknown,
                old_unknown,
                old_unknown,
                old_unknown,
            ],
        ),
        row(
            api,
            "instance fenced, v2",
            fixed,
            ask(Who::Leader, Instance::Held, 2),
            OLD,
            [
                old_unknown,
                DEAD,
                old_unknown,
                old_fenced,
                old_fenced,
                old_fenced,
            ],
        ),
        anywhere(
            api,
            "group id \"\"",
            dynamic,
            Ask::Nameless(NamelessAsk::Leave),
            "GroupCoordinatorService.leaveGroup",
            top(E::InvalidGroupId),
        ),
    ]
}
