//! What a stranger's coordinator does not support is skipped, counted, and hides nothing of the rest; one mistake is one
//! finding, in however many cells it shows.

use std::collections::BTreeMap;

use plimsoll_conformance::protocol::{CallId, ErrorCode, GroupRequest, GroupResponse};
use plimsoll_conformance::{
    Api, Capabilities, Reference, ReferenceSubjects, Settings, Subject, Subjects, assert_conforms,
    check, check_those,
};

/// The reference, which admits to less than it can, and panics if it is asked for more than that.
struct Less {
    can: Capabilities,
    forgets_generations: bool,
}

struct Lesser {
    can: Capabilities,
    forgets_generations: bool,
    inner: Reference,
    lies: BTreeMap<CallId, GroupResponse>,
}

impl Subjects for Less {
    type Subject = Lesser;

    fn capabilities(&self) -> Capabilities {
        self.can.clone()
    }

    fn start(&self, settings: Settings) -> Option<Lesser> {
        Some(Lesser {
            can: self.can.clone(),
            forgets_generations: self.forgets_generations,
            inner: ReferenceSubjects::default().start(settings)?,
            lies: BTreeMap::new(),
        })
    }
}

impl Subject for Lesser {
    fn send(&mut self, request: &GroupRequest) -> CallId {
        assert!(self.can.has(request.api()), "{request:?}");
        let call = self.inner.send(request);
        if self.forgets_generations
            && let Some(GroupResponse::Heartbeat(mut answer)) = self.inner.answer(call)
            && answer.error == ErrorCode::IllegalGeneration
        {
            answer.error = ErrorCode::None;
            self.lies.insert(call, GroupResponse::Heartbeat(answer));
        }
        call
    }

    fn answer(&mut self, call: CallId) -> Option<GroupResponse> {
        let lie = self.lies.get(&call).cloned();
        lie.or_else(|| self.inner.answer(call))
    }

    fn advance(&mut self, ms: u64) {
        self.inner.advance(ms);
    }
}

#[test]
fn everything_that_is_supported_is_run() {
    let report = check(&ReferenceSubjects::default());
    assert_eq!((report.passed, report.unreachable), (1297, 167));
    assert_eq!(
        (report.failed(), report.skipped(), report.answer_only),
        (0, 0, 0)
    );
    assert_conforms(&ReferenceSubjects::default());
}

/// Neither phases nor a reload nor FindCoordinator, no transactions and no static members.
#[test]
fn what_is_not_supported_is_skipped_and_counted() {
    let less = Less {
        can: Capabilities::all()
            .without(&[Api::TxnOffsetCommit, Api::FindCoordinator])
            .without_static_members()
            .without_reload(),
        forgets_generations: false,
    };
    let report = check(&less);
    assert_eq!(report.failed(), 0, "{report}");
    assert_eq!(report.passed + report.skipped(), 1297, "{report}");
    for why in [
        "TxnOffsetCommit: not supported",
        "FindCoordinator: not supported",
        "static members: not supported",
        "the subject cannot be asked while it is in that phase",
    ] {
        assert!(report.skipped.contains_key(why), "{why}: {report}");
    }
    assert!(report.passed > 500 && report.answer_only == 0, "{report}");
    // Without a way to see effects the answers are still held to the tables.
    let blind = Less {
        can: less.can.without(&[Api::DescribeGroups]),
        forgets_generations: false,
    };
    let report = check(&blind);
    assert_eq!(
        (report.failed(), report.answer_only),
        (0, report.passed),
        "{report}"
    );
    assert!(report.passed > 400, "{report}");
}

#[test]
fn one_mistake_is_one_finding() {
    let subjects = Less {
        can: Capabilities::all().without_reload(),
        forgets_generations: true,
    };
    let report = check(&subjects);
    assert_eq!(report.findings.len(), 1, "{report}");
    let finding = &report.findings[0];
    assert_eq!(
        finding.cause,
        "Heartbeat answers NONE instead of ILLEGAL_GENERATION"
    );
    assert!(finding.cells.len() > 3, "{report}");
    let text = report.to_string();
    assert!(text.starts_with("1 finding: "), "{text}");
    assert!(
        text.contains(&format!("({} cells)", finding.cells.len())),
        "{text}"
    );
    assert!(
        text.contains(finding.source) && text.contains(&finding.cells[0]),
        "{text}"
    );
    let others = check_those(&subjects, |cell| cell.row.api != Api::Heartbeat);
    assert_eq!(others.findings, []);
}

#[test]
#[should_panic(expected = "Heartbeat answers NONE instead of ILLEGAL_GENERATION")]
fn the_one_line_of_a_test_fails_with_the_report() {
    assert_conforms(&Less {
        can: Capabilities::of(&[Api::JoinGroup, Api::SyncGroup, Api::Heartbeat]).without_reload(),
        forgets_generations: true,
    });
}
