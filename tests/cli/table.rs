//! `plimsoll table`: the tables of the group APIs.

use plimsoll_cli::Exit;
use serde_json::Value;

use crate::plimsoll;

#[test]
fn every_cell_is_told_with_what_it_does() {
    let called = plimsoll(&["table"]);
    assert_eq!(called.exit, Exit::Kept, "{}", called.err);
    let last = "750 cells: 716 hold, 0 do not, 0 skipped, 34 that no request reaches\n";
    assert!(called.out.ends_with(last), "{}", called.out);
    assert!(!called.out.contains("BROKEN"));
    for line in [
        "JoinGroup\n  id \"\", dynamic, v4  (GroupMetadataManager.classicGroupJoinNewDynamicMember, KIP-394)\n",
        "    missing              MEMBER_ID_REQUIRED; the group is made\n",
        "    CompletingRebalance  REBALANCE_IN_PROGRESS; nothing\n",
        "    Stable               NONE, generation, members, skipAssignment; the leader's new id takes the place of the \
         old\n",
    ] {
        assert!(called.out.contains(line), "{line}");
    }
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
            .ends_with("60 cells: 60 hold, 0 do not, 0 skipped, 0 that no request reaches\n")
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
    assert_eq!(lines.len(), 60);
    assert!(
        lines
            .iter()
            .all(|line| line["plimsoll_cell"] == 1 && line["api"] == "OffsetFetch")
    );
    let of = |outcome: &str| lines.iter().filter(|l| l["outcome"] == outcome).count();
    assert_eq!((of("holds"), of("unreachable")), (54, 6));
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
