//! `plimsoll table`: the tables of the group APIs.

use plimsoll_cli::Exit;
use serde_json::Value;

use crate::plimsoll;

#[test]
fn every_cell_is_told_with_what_it_does() {
    let called = plimsoll(&["table"]);
    assert_eq!(called.exit, Exit::Kept, "{}", called.err);
    let last = "1464 cells: 1297 hold, 0 do not, 0 skipped, 167 that no request reaches\n";
    assert!(called.out.ends_with(last), "{}", called.out);
    assert!(!called.out.contains("BROKEN"));
    for lines in [
        "JoinGroup\n  id \"\", dynamic, v4\n    source: GroupMetadataManager.classicGroupJoinNewDynamicMember, KIP-394\n    \
         case:   Join { who: Nobody, instance: No, offer: Usual, version: 4 }; group: Dynamic\n    \
         missing                  MEMBER_ID_REQUIRED; the group is made\n",
        "    Preparing to Stable      FENCED_INSTANCE_ID; nothing changes\n",
        "    Stable                   NONE, generation, members, skipAssignment; the leader's new id takes the place of the \
         old\n",
        "    Dead to elsewhere        -: without a coordinator no group comes into a state\n",
        "    in every state           INVALID_SESSION_TIMEOUT; nothing changes\n",
        "offset: Several, version: 9 }; group: Dynamic\n",
    ] {
        assert!(called.out.contains(lines), "{lines}");
    }
    let widest = called.out.lines().map(|line| line.chars().count()).max();
    assert!(widest <= Some(160), "{widest:?}");
}

#[test]
fn one_api_in_any_case() {
    let called = plimsoll(&["table", "--api", "heartbeat"]);
    assert_eq!(called.exit, Exit::Kept);
    assert!(called.out.starts_with("Heartbeat\n"));
    assert!(!called.out.contains("JoinGroup\n"));
    assert!(
        called
            .out
            .ends_with("80 cells: 80 hold, 0 do not, 0 skipped, 0 that no request reaches\n")
    );
}

#[test]
fn every_cell_has_its_line_of_json() {
    let called = plimsoll(&["table", "--api", "OffsetFetch", "--json"]);
    assert_eq!(called.exit, Exit::Kept);
    let lines: Vec<Value> = called
        .out
        .lines()
        .map(|line| serde_json::from_str(line).expect("JSON"))
        .collect();
    assert_eq!(lines.len(), 128);
    assert!(
        lines
            .iter()
            .all(|line| line["plimsoll_cell"] == 1 && line["api"] == "OffsetFetch")
    );
    let of = |outcome: &str| lines.iter().filter(|l| l["outcome"] == outcome).count();
    assert_eq!((of("holds"), of("unreachable")), (96, 32));
    let unstable = lines
        .iter()
        .find(|l| l["condition"] == "open transaction, stable" && l["state"] == "Stable");
    let unstable = unstable.expect("there is such a cell");
    assert_eq!(unstable["answer"], "offset -1, UNSTABLE_OFFSET_COMMIT");
    assert_eq!(unstable["reason"], Value::Null);
}

#[test]
fn an_unknown_api_is_a_usage_error_with_a_hint() {
    let called = plimsoll(&["table", "--api", "JoinGrup"]);
    assert_eq!(called.exit, Exit::Usage);
    assert!(
        called.err.contains("did you mean 'JoinGroup'"),
        "{}",
        called.err
    );
    assert!(called.out.is_empty());
}
