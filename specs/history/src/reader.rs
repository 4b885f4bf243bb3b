//! Reads a history line by line, in memory that does not depend on its length.

use std::{
    fs::File,
    io::{self, BufRead, BufReader, Read},
    path::Path,
};

use serde::de::DeserializeSeed;

use crate::{
    Event, Header, HistoryError, LINE_BYTES_MAX, Names, Problem, What,
    fields::{Fields, FieldsSeed, Lists},
    header::VERSION,
    rules::Rules,
    shape::{Line, Type, Typed},
    words::F,
};

/// A history under way. Events borrow its buffers, so each is done with before the next is read.
#[derive(Debug)]
pub struct HistoryReader<R> {
    source: R,
    file: String,
    header: Header,
    names: Names,
    rules: Rules,
    /// The line under way, without its line feed.
    text: Vec<u8>,
    line: u64,
    lists: Lists,
    typed: Typed,
}

/// Opens a history file and reads its header.
pub fn open(path: &Path) -> Result<HistoryReader<BufReader<File>>, HistoryError> {
    let name = path.display().to_string();
    let whole_file = |problem| HistoryError {
        file: name.clone(),
        line: 1,
        column: 1,
        problem,
    };
    let file = File::open(path).map_err(|error| {
        whole_file(match error.kind() {
            io::ErrorKind::NotFound => Problem::NoSuchFile,
            _ => Problem::Io(error),
        })
    })?;
    // Opening a directory succeeds on Unix; only reading it would fail, with a message that helps nobody.
    match file.metadata() {
        Ok(metadata) if metadata.is_dir() => return Err(whole_file(Problem::IsADirectory)),
        Ok(_) => {}
        Err(error) => return Err(whole_file(Problem::Io(error))),
    }
    HistoryReader::new(BufReader::with_capacity(1 << 18, file), &name)
}

impl<R: BufRead> HistoryReader<R> {
    /// Reads the header. `file` is the name that errors will bear.
    pub fn new(source: R, file: &str) -> Result<Self, HistoryError> {
        let mut reader = Self {
            source,
            file: file.to_owned(),
            header: Header {
                plimsoll: VERSION,
                subject: None,
                recorder: None,
                protocol: Default::default(),
                reset: Default::default(),
                topics: Default::default(),
                bound: None,
                nodes: 1,
            },
            names: Names::default(),
            rules: Rules::default(),
            text: Vec::new(),
            line: 0,
            lists: Lists::default(),
            typed: Typed::default(),
        };
        reader.read_header()?;
        Ok(reader)
    }

    /// The header.
    pub fn header(&self) -> &Header {
        &self.header
    }

    /// The file, as it was given.
    pub fn file(&self) -> &str {
        &self.file
    }

    /// All names so far.
    pub fn names(&self) -> &Names {
        &self.names
    }

    /// The number of the line read last.
    pub fn line(&self) -> u64 {
        self.line
    }

    /// How many items the reader holds between lines.
    pub fn held(&self) -> usize {
        self.rules.held()
    }

    /// The next event; `None` at the end.
    pub fn next_event(&mut self) -> Result<Option<Event<'_>>, HistoryError> {
        self.rules.turn();
        if !self.next_line()? {
            return Ok(None);
        }
        let text = match std::str::from_utf8(&self.text) {
            Ok(text) => text,
            Err(error) => {
                let column = error.valid_up_to() as u64 + 1;
                return Err(self.error(column, Problem::NotUtf8));
            }
        };
        let mut json = serde_json::Deserializer::from_str(text);
        let seed = FieldsSeed {
            names: &mut self.names,
            lists: &mut self.lists,
        };
        let fields = match seed
            .deserialize(&mut json)
            .and_then(|f| json.end().map(|()| f))
        {
            Ok(fields) => fields,
            Err(error) => return Err(self.json_error(&error)),
        };
        let (f, type_) = match self.kind(&fields) {
            Ok(kind) => kind,
            Err((key, problem)) => return Err(self.at(key, problem)),
        };
        let line = Line {
            f,
            type_,
            fields,
            lists: &self.lists,
        };
        let what = match line.what(&mut self.typed) {
            Ok(what) => what,
            Err(problem) => {
                let key = match &problem {
                    Problem::UnknownWord { field, .. } => field,
                    Problem::WrongField(_) => "offs",
                    Problem::NegativeOffset => "off",
                    _ => "",
                };
                return Err(located(&self.file, self.line, &self.text, key, problem));
            }
        };
        let names = &self.names;
        let event = match admit(&mut self.rules, &fields, f, type_, what, self.line, names) {
            Ok(event) => event,
            Err((key, problem)) => {
                return Err(located(&self.file, self.line, &self.text, key, problem));
            }
        };
        Ok(Some(event))
    }

    /// Reads a line into `text`. False at the end of the file.
    fn next_line(&mut self) -> Result<bool, HistoryError> {
        self.text.clear();
        // One byte more than may stand in a line, and one for the line feed, tell a line that is too long.
        let limit = LINE_BYTES_MAX as u64 + 1;
        let read = (&mut self.source)
            .take(limit)
            .read_until(b'\n', &mut self.text);
        self.line += 1;
        match read {
            Err(error) if error.kind() == io::ErrorKind::IsADirectory => {
                return Err(self.error(1, Problem::IsADirectory));
            }
            Err(error) => return Err(self.error(1, Problem::Io(error))),
            Ok(0) => {
                self.line -= 1;
                return Ok(false);
            }
            Ok(_) => {}
        }
        if self.text.last() == Some(&b'\n') {
            self.text.pop();
        } else if self.text.len() > LINE_BYTES_MAX {
            return Err(self.error(LINE_BYTES_MAX as u64 + 1, Problem::LineTooLong));
        }
        if self.text.iter().all(u8::is_ascii_whitespace) {
            return Err(self.error(1, Problem::EmptyLine));
        }
        Ok(true)
    }

    fn read_header(&mut self) -> Result<(), HistoryError> {
        if !self.next_line()? {
            self.line = 1;
            return Err(self.error(1, Problem::Empty));
        }
        if self.text.starts_with(b"\xef\xbb\xbf") {
            return Err(self.error(1, Problem::ByteOrderMark));
        }
        if let Err(error) = std::str::from_utf8(&self.text) {
            return Err(self.error(error.valid_up_to() as u64 + 1, Problem::NotUtf8));
        }
        if !self.text.trim_ascii_start().starts_with(b"{") {
            // Serde would take a list for a header.
            return Err(
                match serde_json::from_slice::<serde::de::IgnoredAny>(&self.text) {
                    Ok(_) => self.error(1, Problem::NoHeader),
                    Err(error) => self.json_error(&error),
                },
            );
        }
        // The version first: another version's header may look otherwise.
        let version: Version = match serde_json::from_slice(&self.text) {
            Ok(version) => version,
            Err(error) => return Err(self.json_error(&error)),
        };
        match version.plimsoll {
            None => return Err(self.error(1, Problem::NoHeader)),
            Some(VERSION) => {}
            Some(version) => return Err(self.at("plimsoll", Problem::FutureVersion(version))),
        }
        self.header = match serde_json::from_slice(&self.text) {
            Ok(header) => header,
            Err(error) => return Err(self.json_error(&error)),
        };
        Ok(())
    }

    /// `f` and `type`, and whether they fit each other.
    fn kind(&self, fields: &Fields) -> Result<(F, Type), (&'static str, Problem)> {
        let lacks = |field| {
            let of = "this line".to_owned();
            ("", Problem::Missing { field, of })
        };
        let f = fields.f.ok_or_else(|| lacks("f"))?;
        let word = fields.type_.as_ref().ok_or_else(|| lacks("type"))?;
        let type_ = Type::of(word).map_err(|problem| ("type", problem))?;
        match f.text() {
            Some(f_text) if type_ == Type::Event && f.is_operation() => {
                Err(("type", Problem::NotAnEvent { f: f_text }))
            }
            Some(f_text) if type_ != Type::Event && !f.is_operation() => {
                Err(("type", Problem::NotAnOperation { f: f_text }))
            }
            _ => Ok((f, type_)),
        }
    }

    fn error(&self, column: u64, problem: Problem) -> HistoryError {
        HistoryError {
            file: self.file.clone(),
            line: self.line,
            column,
            problem,
        }
    }

    fn at(&self, key: &str, problem: Problem) -> HistoryError {
        located(&self.file, self.line, &self.text, key, problem)
    }

    fn json_error(&self, error: &serde_json::Error) -> HistoryError {
        let text = error.to_string();
        // The position stands in the error's own fields.
        let why = text.split(" at line ").next().unwrap_or(&text).to_owned();
        let problem = match error.classify() {
            serde_json::error::Category::Data => Problem::WrongField(why),
            _ => Problem::NotJson(why),
        };
        self.error((error.column() as u64).max(1), problem)
    }
}

#[derive(serde::Deserialize)]
struct Version {
    plimsoll: Option<u64>,
}

/// An error at the value of a key, or at the line's start.
fn located(file: &str, line: u64, text: &[u8], key: &str, problem: Problem) -> HistoryError {
    let quoted = format!("\"{key}\"");
    let column = match text
        .windows(quoted.len())
        .position(|at| at == quoted.as_bytes())
    {
        Some(at) if !key.is_empty() => at as u64 + 1,
        _ => 1,
    };
    HistoryError {
        file: file.to_owned(),
        line,
        column,
        problem,
    }
}

/// Holds the line against those before it.
fn admit<'a>(
    rules: &mut Rules,
    fields: &Fields,
    f: F,
    type_: Type,
    what: What<'a>,
    line: u64,
    names: &'a Names,
) -> Result<Event<'a>, (&'static str, Problem)> {
    let lacks = |field| {
        let of = "this line".to_owned();
        ("", Problem::Missing { field, of })
    };
    let t = fields.t.ok_or_else(|| lacks("t"))?;
    let proc = fields.proc.ok_or_else(|| lacks("proc"))?;
    rules.time(t).map_err(|problem| ("t", problem))?;
    rules
        .alive(proc, names)
        .map_err(|problem| ("proc", problem))?;
    let op = match type_ {
        Type::Event => None,
        _ => {
            let op = fields.op.ok_or_else(|| lacks("op"))?;
            let invoked = (f, fields.f_name);
            let slot = rules
                .pair(type_, op, invoked, proc, line)
                .map_err(|problem| (problem.key(), problem))?;
            Some(slot)
        }
    };
    if matches!(what, What::Crash | What::Stop) {
        rules.end(proc, line);
    }
    Ok(Event {
        line,
        t,
        proc,
        op,
        what,
        names,
    })
}

impl Problem {
    /// The field that a broken pairing is shown at.
    fn key(&self) -> &'static str {
        match self {
            Problem::OtherF { .. } => "f",
            Problem::OtherProc { .. } => "proc",
            _ => "op",
        }
    }
}
