//! FindCoordinator (API key 10, KIP-699): which broker coordinates a group.

use super::ErrorCode;

/// Where a broker listens.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Endpoint {
    /// Its host.
    pub host: String,
    /// Its port.
    pub port: i32,
}

/// FindCoordinator.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct FindCoordinator {
    /// 0 for groups, 1 for transactions, 2 for share groups.
    pub key_type: i8,
    /// Groups; one before version 4.
    pub keys: Vec<String>,
    /// The request's version.
    pub version: i16,
}

/// Where one key's coordinator is.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct FoundCoordinator {
    /// As in the request.
    pub key: String,
    /// The error, if any.
    pub error: ErrorCode,
    /// The broker's id, −1 with an error.
    pub broker: i32,
    /// Where it listens, none with an error.
    pub endpoint: Option<Endpoint>,
}

/// The answer to [`FindCoordinator`].
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct FindCoordinatorResponse {
    /// The error of the whole request, if any; before version 4 that of its key.
    pub error: ErrorCode,
    /// In the order of the request.
    pub coordinators: Vec<FoundCoordinator>,
}
