//! The words of the format.

/// A short word of the format (`type`, `what`, `kind`), kept in place: no word that has a meaning is longer.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Word {
    len: u8,
    bytes: [u8; Word::MAX],
}

impl Word {
    const MAX: usize = 23;

    pub fn new(text: &str) -> Self {
        let mut bytes = [0; Self::MAX];
        // A longer word has no meaning; cut, it still has none, since no word of the format fills the space.
        let len = text.len().min(Self::MAX);
        bytes[..len].copy_from_slice(&text.as_bytes()[..len]);
        Self {
            len: len as u8,
            bytes,
        }
    }

    pub fn bytes(&self) -> &[u8] {
        &self.bytes[..usize::from(self.len)]
    }
}

/// `f`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum F {
    Produce,
    Poll,
    Commit,
    FetchOffset,
    Join,
    Sync,
    Heartbeat,
    Leave,
    Ends,
    Admin,
    Start,
    Stop,
    Crash,
    Assigned,
    Revoked,
    Lost,
    Resume,
    Seek,
    Process,
    Broker,
    ProcessPause,
    Unknown,
}

impl F {
    pub fn of(text: &str) -> Self {
        match text {
            "produce" => F::Produce,
            "poll" => F::Poll,
            "commit" => F::Commit,
            "fetch_offset" => F::FetchOffset,
            "join" => F::Join,
            "sync" => F::Sync,
            "heartbeat" => F::Heartbeat,
            "leave" => F::Leave,
            "ends" => F::Ends,
            "admin" => F::Admin,
            "start" => F::Start,
            "stop" => F::Stop,
            "crash" => F::Crash,
            "assigned" => F::Assigned,
            "revoked" => F::Revoked,
            "lost" => F::Lost,
            "resume" => F::Resume,
            "seek" => F::Seek,
            "process" => F::Process,
            "broker" => F::Broker,
            "process_pause" => F::ProcessPause,
            _ => F::Unknown,
        }
    }

    /// Operations have an invoke and a completion; everything else the format knows is an event.
    pub fn is_operation(self) -> bool {
        self.text().is_some() && (self as u8) <= F::Admin as u8
    }

    /// As it is written; `None` for a word that the format does not know.
    pub fn text(self) -> Option<&'static str> {
        Some(match self {
            F::Produce => "produce",
            F::Poll => "poll",
            F::Commit => "commit",
            F::FetchOffset => "fetch_offset",
            F::Join => "join",
            F::Sync => "sync",
            F::Heartbeat => "heartbeat",
            F::Leave => "leave",
            F::Ends => "ends",
            F::Admin => "admin",
            F::Start => "start",
            F::Stop => "stop",
            F::Crash => "crash",
            F::Assigned => "assigned",
            F::Revoked => "revoked",
            F::Lost => "lost",
            F::Resume => "resume",
            F::Seek => "seek",
            F::Process => "process",
            F::Broker => "broker",
            F::ProcessPause => "process_pause",
            F::Unknown => return None,
        })
    }
}
