//! The committed offset of one group on one partition, as a register whose value nobody sees directly.
//!
//! Kept is the set of values that it may hold now. Each open operation remembers which values were settled when it was
//! invoked: once it certainly took effect, none of those can be left. A write whose answer was lost stays possible until
//! an answer shows a value that nothing else explains; then that write took effect, once.

use plimsoll_promises::{
    Automaton, Broken, Growing, Observation, Offset, S3, Setting,
    s3::{Answer, Snapshot},
};

/// The possible values, and the operations whose outcome is open. `W` is what the judge wants to know of a write.
#[derive(Debug, Clone)]
pub struct Register<W> {
    settled: S3<Growing>,
    open: Vec<Open<W>>,
    /// Writes whose outcome is unknown for good.
    unknown: Vec<(Answer, W)>,
    /// Values that a transaction's commit has replaced, and that a question without `stable` may still be answered
    /// with until the transaction's marker is applied.
    lagging: Vec<Answer>,
    /// As `lagging`, but nothing was known before.
    lagging_all: bool,
    /// A transaction was committed whose marker no answer has shown yet: without `stable`, what is answered may be old.
    awaits_marker: bool,
    /// The highest value that was certainly committed at some time: what is not above it may be an old answer.
    highest: Answer,
    /// Writes of unknown outcome that were taken to explain an answer, while others of the same value were under way.
    spent: Vec<Spent<W>>,
    /// Everything became possible again, once or more often.
    forgotten: bool,
}

/// Values that transactions have replaced are remembered up to so many.
const LAGGING_MAX: usize = 8;

/// The number of an open operation.
pub type Op = usize;

#[derive(Debug, Clone)]
struct Open<W> {
    op: Op,
    begun: Snapshot<Growing>,
    write: Option<Write<W>>,
    /// Everything may have been lost since it began, with what it wrote.
    over_a_loss: bool,
    /// What the value may have been at some moment since this began. Only a question asks for it.
    meanwhile: Meanwhile,
}

/// Values that a register may have held during an operation.
#[derive(Debug, Clone, Default)]
struct Meanwhile {
    /// Any value.
    all: bool,
    values: Vec<Answer>,
    /// Any value, to a question without `stable`.
    lagging_all: bool,
    /// Values to a question without `stable`.
    lagging: Vec<Answer>,
}

impl Meanwhile {
    fn allows(&self, answer: Answer, question: Question) -> bool {
        self.all
            || self.values.contains(&answer)
            || !question.stable && (self.lagging_all || self.lagging.contains(&answer))
    }
}

#[derive(Debug, Clone)]
struct Write<W> {
    answer: Answer,
    what: W,
    /// An answer has shown that it took effect.
    proven: bool,
}

/// A write of unknown outcome that explained an answer, and the operations that might have done so as well.
#[derive(Debug, Clone)]
struct Spent<W> {
    answer: Answer,
    what: W,
    beside: Vec<Op>,
}

/// What an answer to OffsetFetch tells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AnswerVerdict<W> {
    /// It is possible without any write of unknown outcome.
    Possible,
    /// Only this write explains it, so it took effect.
    Proves(W),
    /// An old answer that nothing forbids (S8).
    Excused,
    /// No sequence of the commits allows it.
    Impossible(Broken),
}

/// What the end of a write tells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ended<W> {
    /// The write.
    pub what: W,
    /// An answer had shown before that it took effect.
    pub proven: bool,
}

/// How far an answer may lag behind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Question {
    /// It waited for open transactions and for the log (`requireStable`).
    pub stable: bool,
    /// A deposed coordinator may have answered it.
    pub may_be_old: bool,
}

/// Writes whose outcome is open, as S3 asks for them.
struct Unsettled<'a, W>(&'a Register<W>);

impl<W> Default for Register<W> {
    fn default() -> Self {
        Self {
            settled: S3::default(),
            open: Vec::new(),
            unknown: Vec::new(),
            lagging: Vec::new(),
            lagging_all: false,
            awaits_marker: false,
            highest: None,
            spent: Vec::new(),
            forgotten: false,
        }
    }
}

impl<W: Clone> Register<W> {
    /// A write begins.
    pub fn begin_write(&mut self, op: Op, answer: Answer, what: W) {
        self.begin(
            op,
            Some(Write {
                answer,
                what,
                proven: false,
            }),
        );
    }

    /// A question begins.
    pub fn begin_question(&mut self, op: Op) {
        self.begin(op, None);
    }

    fn begin(&mut self, op: Op, write: Option<Write<W>>) {
        let meanwhile = match write {
            Some(_) => Meanwhile::default(),
            None => Meanwhile {
                all: self.settled.possible().is_none(),
                values: self.settled.possible().unwrap_or_default().to_vec(),
                lagging_all: self.lagging_all,
                lagging: self.lagging.clone(),
            },
        };
        self.open.push(Open {
            op,
            begun: self.settled.snapshot(),
            write,
            over_a_loss: false,
            meanwhile,
        });
    }

    /// The write under way of an operation.
    pub fn write_of(&self, op: Op) -> Option<&W> {
        let open = self.open.iter().rev().filter(|open| open.op == op);
        open.filter_map(|open| open.write.as_ref())
            .map(|write| &write.what)
            .next()
    }

    /// The write took effect. With `lags`, answers may show it later (a transaction's marker).
    pub fn accept(&mut self, op: Op, lags: bool) -> Option<Ended<W>> {
        let (begun, over_a_loss, write) = self.take_write(op)?;
        let spent = self.spent_beside(op, write.answer);
        if write.proven {
            return Some(Ended {
                what: write.what,
                proven: true,
            });
        }
        if let Some(other) = spent {
            // The answer may have shown this one: the other may take effect yet.
            self.unknown.push((write.answer, other));
        } else {
            // An answer that was taken to prove another write of the same value may have shown this one.
            let writes = self.open.iter_mut().filter_map(|open| open.write.as_mut());
            if let Some(other) = writes
                .filter(|other| other.answer == write.answer)
                .find(|other| other.proven)
            {
                other.proven = false;
            }
        }
        if !over_a_loss {
            self.note_lag(lags, write.answer);
            self.settle(write.answer, &begun);
        } else if self.settled.possible().is_some() {
            // Before the loss or after it: what is known to stand now may be newer.
            self.settle(write.answer, &S3::default().snapshot());
        }
        Some(Ended {
            what: write.what,
            proven: false,
        })
    }

    /// The write had no effect, says the coordinator.
    pub fn refuse(&mut self, op: Op) -> Option<Ended<W>> {
        let (.., write) = self.take_write(op)?;
        self.spent_beside(op, write.answer);
        // What it was taken to explain may have been another write of the same value.
        let proven = write.proven && self.prove(write.answer, |_| true).is_none();
        Some(Ended {
            what: write.what,
            proven,
        })
    }

    /// The write's outcome is unknown, perhaps for good.
    pub fn lose(&mut self, op: Op) -> Option<Ended<W>> {
        let (.., write) = self.take_write(op)?;
        self.spent_beside(op, write.answer);
        if !write.proven {
            self.unknown.push((write.answer, write.what.clone()));
        }
        Some(Ended {
            what: write.what,
            proven: write.proven,
        })
    }

    /// The question is over without an answer.
    pub fn drop_question(&mut self, op: Op) {
        self.open.retain(|open| open.op != op);
    }

    /// The question was answered. Of several writes that explain the answer, one that `prefer` likes is taken.
    pub fn hear(
        &mut self,
        op: Op,
        answer: Answer,
        question: Question,
        prefer: impl Fn(&W) -> bool,
    ) -> Option<AnswerVerdict<W>> {
        let at = self.open.iter().position(|open| open.op == op)?;
        let asked = self.open.remove(at);
        let verdict = self.settled.judge(
            &Observation::Answered { committed: answer },
            &Unsettled(self),
        );
        let certain = self.settled.allows(answer, &Nothing);
        let several = self.settled.possible().is_none_or(|known| known.len() > 1);
        let lags = self.awaits_marker && !question.stable;
        let may_be_old = question.may_be_old || lags && (several || !certain);
        Some(match verdict {
            Ok(()) if certain => {
                if !may_be_old {
                    let first = self.is_first(answer);
                    self.settled.settle(answer, &asked.begun);
                    if first {
                        self.tell_first(answer);
                    }
                    self.lagging.clear();
                    self.lagging_all = false;
                    self.awaits_marker = false;
                }
                AnswerVerdict::Possible
            }
            // An older value, but it was the value when the question was under way, or a question may lag so far.
            _ if asked.meanwhile.allows(answer, question) => AnswerVerdict::Possible,
            _ if !question.stable && self.lags(answer) => AnswerVerdict::Possible,
            // A coordinator that is deposed, or new, may answer what was committed long ago.
            Ok(()) if question.may_be_old && answer <= self.highest => AnswerVerdict::Excused,
            Ok(()) => match self.prove(answer, prefer) {
                Some((what, begun)) => {
                    // What was settled before the write began cannot be left; nor what was before the question, unless
                    // the answer may be old: then what is committed now may be newer.
                    self.settle(answer, &begun.unwrap_or_else(|| S3::default().snapshot()));
                    if !may_be_old {
                        self.settle(answer, &asked.begun);
                    }
                    AnswerVerdict::Proves(what)
                }
                None => AnswerVerdict::Excused,
            },
            Err(_) if question.may_be_old => AnswerVerdict::Excused,
            Err(broken) => AnswerVerdict::Impossible(broken),
        })
    }

    /// Everything is possible again.
    pub fn forget(&mut self) {
        self.settled.forget();
        self.forgotten = true;
        self.lagging.clear();
        self.awaits_marker = false;
        self.open.iter_mut().for_each(|open| {
            open.meanwhile.all = true;
            open.over_a_loss = true;
        });
    }

    /// What may be committed, apart from writes of unknown outcome; `None` while everything may.
    pub fn possible(&self) -> Option<&[Answer]> {
        self.settled.possible()
    }

    /// Whether a write of this kind is under way, or its outcome unknown.
    pub fn any_unknown(&self, of_kind: impl Fn(&W) -> bool) -> bool {
        self.unsettled().any(of_kind)
    }

    /// Writes that are under way, or whose outcome is unknown.
    pub fn unsettled(&self) -> impl Iterator<Item = &W> {
        let open = self.open.iter().filter_map(|open| open.write.as_ref());
        let open = open.filter(|write| !write.proven).map(|write| &write.what);
        open.chain(self.unknown.iter().map(|(_, what)| what))
    }

    /// Writes that have no completion yet and that no answer has proven.
    pub fn open_writes(&self) -> u64 {
        let writes = self.open.iter().filter_map(|open| open.write.as_ref());
        writes.filter(|write| !write.proven).count() as u64
    }

    /// Items held.
    pub fn held(&self) -> usize {
        let possible = self.settled.possible().map_or(0, <[_]>::len);
        possible + self.open.len() + self.unknown.len() + self.lagging.len() + self.spent.len()
    }

    fn take_write(&mut self, op: Op) -> Option<(Snapshot<Growing>, bool, Write<W>)> {
        // From the end: the newest operations end first, and there may be many that never end.
        let at = self
            .open
            .iter()
            .rposition(|open| open.op == op && open.write.is_some())?;
        let open = self.open.remove(at);
        let (begun, over_a_loss) = (open.begun, open.over_a_loss);
        open.write.map(|write| (begun, over_a_loss, write))
    }

    /// A write of unknown outcome that was taken to explain an answer which this one may have explained as well. It is
    /// this one's no longer.
    fn spent_beside(&mut self, op: Op, answer: Answer) -> Option<W> {
        let mut found = None;
        self.spent.retain_mut(|spent| {
            let beside = spent.beside.iter().position(|other| *other == op);
            if let (true, Some(at)) = (spent.answer == answer, beside) {
                spent.beside.swap_remove(at);
                if found.is_none() {
                    found = Some(spent.what.clone());
                    return false;
                }
            }
            !spent.beside.is_empty()
        });
        found
    }

    fn settle(&mut self, answer: Answer, begun: &Snapshot<Growing>) {
        self.settled.settle(answer, begun);
        self.highest = self.highest.max(answer);
        for open in &mut self.open {
            S3::refresh(&mut open.begun, answer);
            if open.write.is_none() {
                open.meanwhile.values.push(answer);
            }
        }
    }

    /// Whether the answer is the first that tells of the value, and no write explains it: then it is what was committed
    /// before the history began.
    fn is_first(&self, answer: Answer) -> bool {
        self.settled.possible().is_none()
            && !self.forgotten
            && !Unsettled(self).may_take_effect(answer)
    }

    /// What was committed before the history began was settled before everything that is under way.
    fn tell_first(&mut self, answer: Answer) {
        for open in &mut self.open {
            open.begun = self.settled.snapshot();
            if std::mem::take(&mut open.meanwhile.all) {
                open.meanwhile.values.push(answer);
            }
        }
    }

    /// A transaction replaces what is possible now, but answers may show it a while longer.
    fn note_lag(&mut self, lags: bool, answer: Answer) {
        self.awaits_marker = lags;
        if !lags {
            self.lagging.clear();
            self.lagging_all = false;
            return;
        }
        match self.settled.possible() {
            None => self.lagging_all = true,
            Some(possible) => {
                let others = possible.iter().filter(|value| **value != answer);
                self.lagging.extend(others);
                // A producer's next transaction waits for the markers of its last: what lags is young.
                let old = self.lagging.len().saturating_sub(LAGGING_MAX);
                self.lagging.drain(..old);
            }
        }
    }

    fn lags(&self, answer: Answer) -> bool {
        self.lagging_all || self.lagging.contains(&answer)
    }

    /// A write of unknown outcome that explains the answer: it took effect, and can do so only once.
    /// With it, what was settled when it began, if that is still known.
    fn prove(
        &mut self,
        answer: Answer,
        prefer: impl Fn(&W) -> bool,
    ) -> Option<(W, Option<Snapshot<Growing>>)> {
        let explains = |(value, _): &(Answer, W)| *value == answer;
        // First those that will never tell of themselves, and of both sorts first what the caller prefers.
        for only_preferred in [true, false] {
            let fits = |what: &W| !only_preferred || prefer(what);
            let mut unknown = self.unknown.iter();
            if let Some(at) = unknown.position(|write| explains(write) && fits(&write.1)) {
                let what = self.unknown.remove(at).1;
                let under_way = self.open.iter().filter(|open| {
                    let write = open.write.as_ref();
                    write.is_some_and(|write| !write.proven && write.answer == answer)
                });
                let beside: Vec<_> = under_way.map(|open| open.op).collect();
                if !beside.is_empty() {
                    self.spent.push(Spent {
                        answer,
                        what: what.clone(),
                        beside,
                    });
                }
                return Some((what, None));
            }
            for open in &mut self.open {
                if let Some(write) = &mut open.write
                    && !write.proven
                    && write.answer == answer
                    && fits(&write.what)
                {
                    write.proven = true;
                    return Some((write.what.clone(), Some(open.begun.clone())));
                }
            }
        }
        None
    }
}

impl<W> Setting for Unsettled<'_, W> {
    fn records(&self, _: Offset, _: Offset) -> u64 {
        0
    }

    fn first_record(&self, _: Offset, _: Offset) -> Option<Offset> {
        None
    }

    fn claim(&self) -> Option<plimsoll_promises::Claim> {
        None
    }

    fn may_take_effect(&self, answer: Answer) -> bool {
        let unknown = self.0.unknown.iter().any(|(value, _)| *value == answer);
        unknown
            || self.0.open.iter().any(|open| {
                open.write
                    .as_ref()
                    .is_some_and(|write| !write.proven && write.answer == answer)
            })
    }
}

/// No write has an unknown outcome.
struct Nothing;

impl Setting for Nothing {
    fn records(&self, _: Offset, _: Offset) -> u64 {
        0
    }

    fn first_record(&self, _: Offset, _: Offset) -> Option<Offset> {
        None
    }

    fn claim(&self) -> Option<plimsoll_promises::Claim> {
        None
    }

    fn may_take_effect(&self, _: Answer) -> bool {
        false
    }
}
