//! What a subject supports: cells that need more are skipped, with the reason, and hide nothing of the rest.

use crate::{Api, Ask, Cast, Cell, Instance, Prior, State};

/// What a subject supports. Everything by default: what is not there is taken away, so that nothing is left out by
/// forgetting it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Capabilities {
    apis: Vec<Api>,
    static_members: bool,
    pub(crate) reload: bool,
}

impl Capabilities {
    /// Everything.
    pub fn all() -> Capabilities {
        Capabilities {
            apis: Api::ALL.to_vec(),
            static_members: true,
            reload: true,
        }
    }

    /// These APIs, and everything else.
    pub fn of(apis: &[Api]) -> Capabilities {
        Capabilities {
            apis: apis.to_vec(),
            ..Capabilities::all()
        }
    }

    /// Without these APIs.
    pub fn without(mut self, apis: &[Api]) -> Capabilities {
        self.apis.retain(|api| !apis.contains(api));
        self
    }

    /// Without static membership (KIP-345).
    pub fn without_static_members(self) -> Capabilities {
        Capabilities {
            static_members: false,
            ..self
        }
    }

    /// The coordinator cannot be replaced by another that loads what the log holds ([`crate::Subject::reload`]): only
    /// what is seen at once is checked.
    pub fn without_reload(self) -> Capabilities {
        Capabilities {
            reload: false,
            ..self
        }
    }

    /// Whether the API is supported.
    pub fn has(&self, api: Api) -> bool {
        self.apis.contains(&api)
    }

    /// Whether effects can be seen: by DescribeGroups and OffsetFetch.
    pub(crate) fn shows_effects(&self) -> bool {
        self.has(Api::DescribeGroups) && self.has(Api::OffsetFetch)
    }

    /// What the cell needs and is not there.
    pub(crate) fn lacks(&self, cell: &Cell) -> Option<&'static str> {
        let apis = needed(cell).into_iter();
        let missing = apis.filter(|api| !self.has(*api)).map(unsupported).next();
        let is_static = matches!(cell.row.cast, Cast::StaticFollower | Cast::StaticLeader)
            || instance(&cell.row.ask) != Instance::No;
        let member = (is_static && !self.static_members).then_some("static members: not supported");
        missing.or(member)
    }
}

/// The APIs by which a group is brought into the cell's state, and its own.
fn needed(cell: &Cell) -> Vec<Api> {
    let mut apis = vec![cell.row.api];
    if cell.state == State::Missing {
        return apis;
    }
    apis.extend([Api::JoinGroup, Api::SyncGroup]);
    if cell.state == State::Empty || cell.row.cast == Cast::Full {
        apis.push(Api::LeaveGroup);
    }
    match cell.row.prior {
        Prior::Nothing => {}
        Prior::Committed => apis.push(Api::OffsetCommit),
        Prior::Open => apis.extend([Api::OffsetCommit, Api::TxnOffsetCommit]),
    }
    apis
}

fn instance(ask: &Ask) -> Instance {
    match ask {
        Ask::Join { instance, .. }
        | Ask::Sync { instance, .. }
        | Ask::Heartbeat { instance, .. }
        | Ask::Leave { instance, .. }
        | Ask::Commit { instance, .. }
        | Ask::TxnCommit { instance, .. } => *instance,
        _ => Instance::No,
    }
}

fn unsupported(api: Api) -> &'static str {
    match api {
        Api::JoinGroup => "JoinGroup: not supported",
        Api::SyncGroup => "SyncGroup: not supported",
        Api::Heartbeat => "Heartbeat: not supported",
        Api::LeaveGroup => "LeaveGroup: not supported",
        Api::OffsetCommit => "OffsetCommit: not supported",
        Api::TxnOffsetCommit => "TxnOffsetCommit: not supported",
        Api::OffsetFetch => "OffsetFetch: not supported",
        Api::OffsetDelete => "OffsetDelete: not supported",
        Api::DeleteGroups => "DeleteGroups: not supported",
        Api::DescribeGroups => "DescribeGroups: not supported",
        Api::ListGroups => "ListGroups: not supported",
        Api::FindCoordinator => "FindCoordinator: not supported",
    }
}
