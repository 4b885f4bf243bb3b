//! The decisions of the design, each of which can be made wrongly on purpose.

/// A design mistake, by its number in the bug catalogue.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Mistake {
    /// C-15: the load stops before the last batch of the log.
    LoadStopsEarly,
    /// C-20: a commit is acknowledged when it is appended, before it is durable.
    CommitAckedOnAppend,
    /// C-21: the cache is updated before the append, and stays so when the append fails.
    CacheBeforeAppend,
    /// C-22: SyncGroup is answered before the generation's record is durable.
    SyncBeforeDurable,
    /// G-1: commits are not fenced by member and generation.
    CommitNotFenced,
    /// K-1: the client commits before it processes.
    CommitBeforeProcessing,
    /// K-2: the client commits the last processed offset instead of the next one.
    CommitLastProcessed,
    /// K-4: the client sends a commit it had given up again after a newer one was accepted.
    RetryOlderCommit,
    /// A produce is acknowledged before it is synced.
    ProduceAckedBeforeSync,
}

/// A design: the right one, or the right one but for one mistake.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Design {
    /// The mistake, if any.
    pub mistake: Option<Mistake>,
}

impl Design {
    /// The design with one mistake.
    pub fn with(mistake: Mistake) -> Self {
        Self {
            mistake: Some(mistake),
        }
    }

    fn makes(self, mistake: Mistake) -> bool {
        self.mistake == Some(mistake)
    }

    /// Does a load read the log to its end?
    pub fn loads_to_the_end(self) -> bool {
        !self.makes(Mistake::LoadStopsEarly)
    }

    /// Does a commit's answer wait until the commit is durable?
    pub fn commit_answer_waits(self) -> bool {
        !self.makes(Mistake::CommitAckedOnAppend)
    }

    /// Does a failed append leave no trace in memory?
    pub fn failed_append_leaves_no_trace(self) -> bool {
        !self.makes(Mistake::CacheBeforeAppend)
    }

    /// Does the answer to SyncGroup wait until the generation is durable?
    pub fn sync_answer_waits(self) -> bool {
        !self.makes(Mistake::SyncBeforeDurable)
    }

    /// Is a commit checked against the members and the generation?
    pub fn fences_commits(self) -> bool {
        !self.makes(Mistake::CommitNotFenced)
    }

    /// Does the client process before it commits?
    pub fn processes_first(self) -> bool {
        !self.makes(Mistake::CommitBeforeProcessing)
    }

    /// By how much a commit falls short of the next offset to read.
    pub fn commit_shortfall(self) -> u8 {
        u8::from(self.makes(Mistake::CommitLastProcessed))
    }

    /// Does the client keep a commit that it gave up, to send it again later?
    pub fn keeps_commits_given_up(self) -> bool {
        self.makes(Mistake::RetryOlderCommit)
    }

    /// Does a produce's answer wait until the record is synced?
    pub fn produce_answer_waits(self) -> bool {
        !self.makes(Mistake::ProduceAckedBeforeSync)
    }
}
