//! Which fields a line must have, by its `f` and `type`: the table of the format, row by row.

use crate::{
    AdminAct, BrokerAct, End, Fetched, GroupApi, LogEnds, Name, Part, Problem, Value, What,
    fields::{Fields, Lists},
    rows::{OffRow, Second},
    words::{F, Word},
};

/// Buffers for lists whose rows are typed only once the whole line is known.
#[derive(Debug, Default)]
pub(crate) struct Typed {
    fetched: Vec<Fetched>,
    ends: Vec<LogEnds>,
}

/// A line's `type`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Type {
    Invoke,
    Done(End),
    Event,
}

impl Type {
    pub fn of(word: &Word) -> Result<Self, Problem> {
        Ok(match word.bytes() {
            b"invoke" => Type::Invoke,
            b"ok" => Type::Done(End::Ok),
            b"fail" => Type::Done(End::Fail),
            b"info" => Type::Done(End::Info),
            b"event" => Type::Event,
            _ => {
                return Err(unknown(
                    "type",
                    word,
                    "it is invoke, ok, fail, info or event",
                ));
            }
        })
    }
}

fn unknown(field: &'static str, word: &Word, known: &'static str) -> Problem {
    Problem::UnknownWord {
        field,
        word: String::from_utf8_lossy(word.bytes()).into_owned(),
        known,
    }
}

/// A line whose `f` and `type` are known.
pub(crate) struct Line<'a> {
    pub f: F,
    pub type_: Type,
    pub fields: Fields,
    pub lists: &'a Lists,
}

impl<'a> Line<'a> {
    /// What the line says, or which field it lacks.
    pub fn what(self, typed: &'a mut Typed) -> Result<What<'a>, Problem> {
        match self.type_ {
            Type::Invoke => self.invoke(),
            Type::Done(end) => self.done(end, typed),
            Type::Event => self.event(),
        }
    }

    fn invoke(&self) -> Result<What<'a>, Problem> {
        let f = &self.fields;
        Ok(match self.f {
            F::Produce => What::Produce {
                topic: self.topic()?,
                p: f.p,
                v: self.value()?,
            },
            F::Poll => What::Poll,
            F::Commit => What::Commit {
                group: self.group()?,
                parts: self.offsets()?,
                meta: f.meta,
                generation: f.generation,
                member: f.member,
                txn: f.txn,
            },
            F::FetchOffset => What::FetchOffset {
                group: self.group()?,
                parts: self.parts()?,
                stable: f.stable,
            },
            F::Join | F::Sync | F::Heartbeat | F::Leave => What::Group {
                api: self.api(),
                group: self.group()?,
                generation: f.generation,
                member: f.member,
            },
            F::Ends => What::Ends {
                parts: self.parts()?,
            },
            F::Admin => self.admin()?,
            _ => What::Unknown {
                f: self.unknown_f()?,
            },
        })
    }

    fn done(&self, end: End, typed: &'a mut Typed) -> Result<What<'a>, Problem> {
        let f = &self.fields;
        let (answered, err) = (end == End::Ok, f.err.unwrap_or(0));
        Ok(match self.f {
            F::Produce => What::Produced {
                end,
                p: f.p,
                off: f.off,
                err,
            },
            F::Poll => What::Polled {
                end,
                recs: self.needed_if(
                    answered && f.err.is_none(),
                    f.recs,
                    "recs",
                    &self.lists.recs,
                )?,
                err,
            },
            F::Commit => What::Committed {
                end,
                errs: &self.lists.errs,
                err,
            },
            F::FetchOffset => What::OffsetFetched {
                end,
                offs: self.fetched(answered && err == 0, &mut typed.fetched)?,
                err,
            },
            F::Join | F::Sync | F::Heartbeat | F::Leave => What::GroupDone {
                api: self.api(),
                end,
                err,
                generation: f.generation,
                member: f.member,
                parts: &self.lists.parts,
            },
            F::Ends => What::EndsTold {
                end,
                offs: self.log_ends(answered && err == 0, &mut typed.ends)?,
                err,
            },
            F::Admin => What::AdminDone {
                end,
                err,
                errs: &self.lists.errs,
            },
            _ => What::Unknown {
                f: self.unknown_f()?,
            },
        })
    }

    fn event(&self) -> Result<What<'a>, Problem> {
        let f = &self.fields;
        Ok(match self.f {
            F::Start => What::Start { group: f.group },
            F::Stop => What::Stop,
            F::Crash => What::Crash,
            F::Assigned => What::Assigned {
                group: self.group()?,
                parts: self.parts()?,
                cooperative: self.cooperative()?,
                generation: f.generation,
                member: f.member,
            },
            F::Revoked | F::Lost => What::Revoked {
                group: self.group()?,
                parts: self.parts()?,
                lost: self.f == F::Lost,
            },
            F::Resume => What::Resume {
                group: self.group()?,
                parts: self.offsets()?,
            },
            F::Seek => What::Seek {
                parts: self.offsets()?,
            },
            F::Process => What::Process {
                topic: self.topic()?,
                p: f.p.ok_or_else(|| self.missing("p"))?,
                off: self.offset()?,
                v: self.value()?,
            },
            F::Broker => What::Broker {
                act: self.broker_act()?,
                node: f.node,
            },
            F::ProcessPause => What::Pause {
                paused: self.paused()?,
            },
            _ => What::Unknown {
                f: self.unknown_f()?,
            },
        })
    }

    fn missing(&self, field: &'static str) -> Problem {
        let name = self.f.text().unwrap_or("this line");
        let of = match self.type_ {
            Type::Invoke => format!("the invoke of a `{name}`"),
            Type::Done(_) => format!("the completion of a `{name}`"),
            Type::Event => format!("a `{name}`"),
        };
        Problem::Missing { field, of }
    }

    fn needed_if<T: Copy>(
        &self,
        needed: bool,
        there: bool,
        field: &'static str,
        value: T,
    ) -> Result<T, Problem> {
        if needed && !there {
            return Err(self.missing(field));
        }
        Ok(value)
    }

    fn topic(&self) -> Result<Name, Problem> {
        self.fields.topic.ok_or_else(|| self.missing("topic"))
    }

    fn group(&self) -> Result<Name, Problem> {
        self.fields.group.ok_or_else(|| self.missing("group"))
    }

    fn value(&self) -> Result<Value, Problem> {
        self.fields.v.ok_or_else(|| self.missing("v"))
    }

    /// The offset of a record.
    fn offset(&self) -> Result<i64, Problem> {
        match self.fields.off {
            Some(off) if off >= 0 => Ok(off),
            Some(_) => Err(Problem::NegativeOffset),
            None => Err(self.missing("off")),
        }
    }

    fn unknown_f(&self) -> Result<Name, Problem> {
        self.fields.f_name.ok_or_else(|| self.missing("f"))
    }

    fn parts(&self) -> Result<&'a [Part], Problem> {
        self.needed_if(true, self.fields.parts, "parts", &self.lists.parts[..])
    }

    /// `parts` with an offset in every row.
    fn offsets(&self) -> Result<&'a [Part], Problem> {
        let parts = self.parts()?;
        if parts.iter().any(|part| part.off == Part::NO_OFFSET) {
            return Err(Problem::Missing {
                field: "parts",
                of: format!(
                    "a `{}`: every row must look like [topic, partition, offset]",
                    self.f.text().unwrap_or("line")
                ),
            });
        }
        Ok(parts)
    }

    fn api(&self) -> GroupApi {
        match self.f {
            F::Join => GroupApi::Join,
            F::Sync => GroupApi::Sync,
            F::Leave => GroupApi::Leave,
            _ => GroupApi::Heartbeat,
        }
    }

    fn admin(&self) -> Result<What<'a>, Problem> {
        let what = self.fields.what.ok_or_else(|| self.missing("what"))?;
        let act = match what.bytes() {
            b"create_topic" => AdminAct::CreateTopic,
            b"delete_topic" => AdminAct::DeleteTopic,
            b"delete_records" => AdminAct::DeleteRecords,
            b"delete_group" => AdminAct::DeleteGroup,
            b"delete_offsets" => AdminAct::DeleteOffsets,
            b"alter_offsets" => AdminAct::AlterOffsets,
            _ => {
                return Err(unknown(
                    "what",
                    &what,
                    "it is create_topic, delete_topic, delete_records, delete_group, delete_offsets or alter_offsets",
                ));
            }
        };
        if matches!(act, AdminAct::DeleteRecords | AdminAct::AlterOffsets) {
            self.offsets()?;
        }
        if matches!(
            act,
            AdminAct::DeleteGroup | AdminAct::DeleteOffsets | AdminAct::AlterOffsets
        ) {
            self.group()?;
        }
        Ok(What::Admin {
            act,
            group: self.fields.group,
            topic: self.fields.topic,
            parts: &self.lists.parts,
        })
    }

    fn broker_act(&self) -> Result<BrokerAct, Problem> {
        let what = self.fields.what.ok_or_else(|| self.missing("what"))?;
        Ok(match what.bytes() {
            b"kill" => BrokerAct::Kill,
            b"stop" => BrokerAct::Stop,
            b"start" => BrokerAct::Start,
            b"pause" => BrokerAct::Pause,
            b"continue" => BrokerAct::Continue,
            b"power_loss" => BrokerAct::PowerLoss,
            _ => {
                return Err(unknown(
                    "what",
                    &what,
                    "it is kill, stop, start, pause, continue or power_loss",
                ));
            }
        })
    }

    fn paused(&self) -> Result<bool, Problem> {
        let what = self.fields.what.ok_or_else(|| self.missing("what"))?;
        match what.bytes() {
            b"pause" => Ok(true),
            b"continue" => Ok(false),
            _ => Err(unknown("what", &what, "it is pause or continue")),
        }
    }

    fn cooperative(&self) -> Result<bool, Problem> {
        match self.fields.kind.as_ref().map(|word| (word, word.bytes())) {
            None | Some((_, b"eager")) => Ok(false),
            Some((_, b"cooperative")) => Ok(true),
            Some((word, _)) => Err(unknown("kind", word, "it is eager or cooperative")),
        }
    }

    fn fetched(&self, needed: bool, into: &'a mut Vec<Fetched>) -> Result<&'a [Fetched], Problem> {
        self.needed_if(needed, self.fields.offs, "offs", ())?;
        into.clear();
        for row in &self.lists.offs {
            let &OffRow {
                topic,
                p,
                first,
                second: Second::Meta(meta),
                err,
            } = row
            else {
                return Err(self.wrong_row("[topic, partition, offset, metadata, error code]"));
            };
            into.push(Fetched {
                topic,
                p,
                off: first,
                meta,
                err: err.unwrap_or(0),
            });
        }
        Ok(into)
    }

    fn log_ends(&self, needed: bool, into: &'a mut Vec<LogEnds>) -> Result<&'a [LogEnds], Problem> {
        self.needed_if(needed, self.fields.offs, "offs", ())?;
        into.clear();
        for row in &self.lists.offs {
            let &OffRow {
                topic,
                p,
                first: start,
                second: Second::End(end),
                ..
            } = row
            else {
                return Err(self.wrong_row("[topic, partition, start, end]"));
            };
            into.push(LogEnds {
                topic,
                p,
                start,
                end,
            });
        }
        Ok(into)
    }

    fn wrong_row(&self, looks: &str) -> Problem {
        Problem::WrongField(format!(
            "the rows of `offs` in a `{}` must look like {looks}",
            self.f.text().unwrap_or("line")
        ))
    }
}
