//! Everything that can be wrong with a file is told with its line, its column and what to do.

use std::io::{self, BufReader, Read};

use plimsoll_history::{HistoryReader, LINE_BYTES_MAX, Problem};

use crate::{histories, judge_file, judge_text};

const HEADER: &str = "{\"plimsoll\":1}\n";

/// Wrong first lines.
const HEADERS: [(&str, &str); 8] = [
    ("an empty file", ""),
    (
        "no header",
        "{\"t\":1,\"proc\":\"a\",\"type\":\"event\",\"f\":\"stop\"}\n",
    ),
    ("a later version", "{\"later\":[],\"plimsoll\":2}\n"),
    ("a version that is no number", "{\"plimsoll\":\"1\"}\n"),
    (
        "an unknown protocol",
        "{\"plimsoll\":1,\"protocol\":\"share\"}\n",
    ),
    ("a byte order mark", "\u{feff}{\"plimsoll\":1}\n"),
    ("an empty first line", "\n{\"plimsoll\":1}\n"),
    ("a header that is a list", "[1]\n"),
];

/// Wrong lines after a good header and, from line 2 on, these three: an open operation 1 of `a`, a closed operation 2, and `z` stopped.
const BEFORE: &str = r#"{"t":5,"proc":"a","type":"invoke","op":1,"f":"poll"}
{"t":5,"proc":"a","type":"invoke","op":2,"f":"ends","parts":[["t",0]]}
{"t":6,"proc":"a","type":"ok","op":2,"f":"ends","offs":[["t",0,0,4]]}
{"t":7,"proc":"z","type":"event","f":"stop"}
"#;

const LINES: [(&str, &str); 42] = [
    ("cut off", r#"{"t":8,"proc":"a","type":"event","f":"st"#),
    (
        "more after the object",
        r#"{"t":8,"proc":"a","type":"event","f":"crash"} x"#,
    ),
    (
        "a comma is missing",
        r#"{"t":8 "proc":"a","type":"event","f":"crash"}"#,
    ),
    ("an empty line", ""),
    ("a list", "[8]"),
    ("no time", r#"{"proc":"a","type":"event","f":"crash"}"#),
    ("no process", r#"{"t":8,"type":"event","f":"crash"}"#),
    ("no type", r#"{"t":8,"proc":"a","f":"crash"}"#),
    ("no f", r#"{"t":8,"proc":"a","type":"event"}"#),
    (
        "no operation number",
        r#"{"t":8,"proc":"a","type":"invoke","f":"poll"}"#,
    ),
    (
        "an unknown type",
        r#"{"t":8,"proc":"a","type":"maybe","op":3,"f":"poll"}"#,
    ),
    (
        "a field twice",
        r#"{"t":8,"proc":"a","t":9,"type":"event","f":"crash"}"#,
    ),
    (
        "time is text",
        r#"{"t":"8","proc":"a","type":"event","f":"crash"}"#,
    ),
    (
        "time is negative",
        r#"{"t":-8,"proc":"a","type":"event","f":"crash"}"#,
    ),
    (
        "time has a fraction",
        r#"{"t":8.5,"proc":"a","type":"event","f":"crash"}"#,
    ),
    (
        "time goes back",
        r#"{"t":6,"proc":"a","type":"event","f":"crash"}"#,
    ),
    (
        "a name that stopped",
        r#"{"t":8,"proc":"z","type":"event","f":"start"}"#,
    ),
    (
        "an event that is no event",
        r#"{"t":8,"proc":"a","type":"event","f":"poll"}"#,
    ),
    (
        "an operation that is none",
        r#"{"t":8,"proc":"a","type":"invoke","op":3,"f":"crash"}"#,
    ),
    (
        "an open operation invoked again",
        r#"{"t":8,"proc":"b","type":"invoke","op":1,"f":"poll"}"#,
    ),
    (
        "a closed operation invoked again",
        r#"{"t":8,"proc":"b","type":"invoke","op":2,"f":"poll"}"#,
    ),
    (
        "a second completion",
        r#"{"t":8,"proc":"a","type":"info","op":2,"f":"ends"}"#,
    ),
    (
        "no invoke",
        r#"{"t":8,"proc":"a","type":"ok","op":3,"f":"poll","recs":[]}"#,
    ),
    (
        "another f",
        r#"{"t":8,"proc":"a","type":"info","op":1,"f":"commit"}"#,
    ),
    (
        "another process",
        r#"{"t":8,"proc":"b","type":"info","op":1,"f":"poll"}"#,
    ),
    (
        "a produce without value",
        r#"{"t":8,"proc":"a","type":"invoke","op":3,"f":"produce","topic":"t"}"#,
    ),
    (
        "a value of the wrong kind",
        r#"{"t":8,"proc":"a","type":"invoke","op":3,"f":"produce","topic":"t","v":[1]}"#,
    ),
    (
        "a poll without records",
        r#"{"t":8,"proc":"a","type":"ok","op":1,"f":"poll"}"#,
    ),
    (
        "a record without value",
        r#"{"t":8,"proc":"a","type":"ok","op":1,"f":"poll","recs":[["t",0,3]]}"#,
    ),
    (
        "a negative record offset",
        r#"{"t":8,"proc":"a","type":"ok","op":1,"f":"poll","recs":[["t",0,-3,1]]}"#,
    ),
    (
        "an offset beyond all logs",
        r#"{"t":8,"proc":"a","type":"ok","op":1,"f":"poll","recs":[["t",0,9223372036854775807,1]]}"#,
    ),
    (
        "a negative partition",
        r#"{"t":8,"proc":"a","type":"event","f":"process","topic":"t","p":-1,"off":0,"v":0}"#,
    ),
    (
        "a process without offset",
        r#"{"t":8,"proc":"a","type":"event","f":"process","topic":"t","p":0,"v":0}"#,
    ),
    (
        "a process at a negative offset",
        r#"{"t":8,"proc":"a","type":"event","f":"process","topic":"t","p":0,"off":-1,"v":0}"#,
    ),
    (
        "a commit without group",
        r#"{"t":8,"proc":"a","type":"invoke","op":3,"f":"commit","parts":[["t",0,1]]}"#,
    ),
    (
        "a commit without offset",
        r#"{"t":8,"proc":"a","type":"invoke","op":3,"f":"commit","group":"g","parts":[["t",0]]}"#,
    ),
    (
        "an assignment without partitions",
        r#"{"t":8,"proc":"a","type":"event","f":"assigned","group":"g"}"#,
    ),
    (
        "an unknown kind of assignment",
        r#"{"t":8,"proc":"a","type":"event","f":"assigned","group":"g","parts":[],"kind":"lazy"}"#,
    ),
    (
        "an unknown act of an administrator",
        r#"{"t":8,"proc":"a","type":"invoke","op":3,"f":"admin","what":"reboot"}"#,
    ),
    (
        "an unknown act on a broker",
        r#"{"t":8,"proc":"a","type":"event","f":"broker","what":"hug"}"#,
    ),
    (
        "parts that are no list",
        r#"{"t":8,"proc":"a","type":"event","f":"seek","parts":"t"}"#,
    ),
    (
        "rows of another kind",
        r#"{"t":8,"proc":"a","type":"invoke","op":3,"f":"ends","parts":[["t"]]}"#,
    ),
];

#[test]
fn every_mistake_is_told_where_it_stands() {
    let mut description = String::new();
    for (name, text) in HEADERS {
        description.push_str(&format!("{name}\n    {}\n", error(text)));
    }
    for (name, line) in LINES {
        let end = if name == "cut off" { "" } else { "\n" };
        description.push_str(&format!(
            "{name}\n    {}\n",
            error(&format!("{HEADER}{BEFORE}{line}{end}"))
        ));
    }
    insta::assert_snapshot!(description);
}

fn error(text: &str) -> String {
    match judge_text(text.as_bytes()) {
        Ok(report) => panic!("no error in {text:?}: {report}"),
        Err(error) => error.to_string(),
    }
}

#[test]
fn rows_of_ends_and_of_fetch_offset_are_told_apart() {
    let asked = r#"{"t":1,"proc":"a","type":"invoke","op":1,"f":"ends","parts":[["t",0]]}"#;
    let description = r#"{"t":1,"proc":"a","type":"ok","op":1,"f":"ends","offs":[["t",0,5,"",0]]}"#;
    assert_eq!(
        error(&format!("{HEADER}{asked}\n{description}\n")),
        "history:3:49: the rows of `offs` in a `ends` must look like [topic, partition, start, end]; \
         see the table of fields in the history format"
    );
}

#[test]
fn invalid_utf8_is_told_with_its_byte() {
    let mut text = HEADER.as_bytes().to_vec();
    text.extend(b"{\"t\":1,\"proc\":\"a\xff\",\"type\":\"event\",\"f\":\"stop\"}\n");
    let error = judge_text(&text).expect_err("it is not UTF-8");
    assert_eq!(
        error.to_string(),
        "history:2:17: the line is not UTF-8; write the history as UTF-8"
    );
}

#[test]
fn files_that_are_none() {
    let missing = histories().join("no-such-history.jsonl");
    let error = judge_file(&missing).expect_err("it is missing");
    assert!(matches!(error.problem, Problem::NoSuchFile));
    let description = error.to_string();
    assert!(
        description.ends_with("no-such-history.jsonl:1:1: there is no such file; check the path"),
        "{description}"
    );
    let error = judge_file(&histories()).expect_err("it is a directory");
    assert!(matches!(error.problem, Problem::IsADirectory));
    let description = error.to_string();
    assert!(
        description.ends_with(":1:1: this is a directory; name the history files in it"),
        "{description}"
    );
}

/// Gives so many bytes of one line, and counts how many were taken.
struct Endless {
    header: &'static [u8],
    taken: u64,
}

impl Read for Endless {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let n = if self.header.is_empty() {
            into.fill(b'x');
            into.len()
        } else {
            self.header.read(into)?
        };
        self.taken += n as u64;
        Ok(n)
    }
}

#[test]
fn a_line_without_end_is_given_up_at_its_limit() {
    let source = Endless {
        header: HEADER.as_bytes(),
        taken: 0,
    };
    let mut source = BufReader::new(source);
    let mut history = HistoryReader::new(&mut source, "endless").expect("the header is good");
    let error = history.next_event().expect_err("the line has no end");
    assert_eq!(
        error.to_string(),
        "endless:2:16777217: the line is longer than 16 MiB; split large polls into several"
    );
    let taken = source.into_inner().taken;
    assert!(
        taken < LINE_BYTES_MAX as u64 + (1 << 20),
        "{taken} bytes were read"
    );
}

#[test]
fn the_longest_line_is_read() {
    let mut text = HEADER.as_bytes().to_vec();
    let line = r#"{"t":1,"proc":"a","type":"event","f":"stop","note":""#;
    text.extend(line.as_bytes());
    text.resize(text.len() + LINE_BYTES_MAX - line.len() - 2, b'x');
    text.extend(b"\"}\n");
    let report = judge_text(&text).expect("16 MiB are allowed");
    assert_eq!(report.events, 1);
    text.truncate(text.len() - 3);
    text.extend(b"x\"}\n");
    judge_text(&text).expect_err("one byte more is not");
}

#[test]
fn what_the_format_leaves_open_is_no_error() {
    let lines = [
        r#"{"t":1,"proc":"a","type":"event","f":"start","group":"g","mood":{"x":[1]}}"#,
        r#"{"t":1,"proc":"a","type":"invoke","op":-7,"f":"poll"}"#,
        r#"{"t":1,"proc":"a","type":"ok","op":-7,"f":"poll","err":1}"#,
        r#"{"t":1,"proc":"a","type":"event","f":"assigned","group":"g","parts":[["t",0,"more"]],"gen":null}"#,
        r#" {"f":"dance","type":"event","proc":"a","t":2} "#,
    ];
    // A row may gain cells, but its third is an offset: only what comes after is free.
    let lines = lines.map(|line| line.replace(",\"more\"", ",null,\"more\""));
    let text = format!("{HEADER}{}\r\n", lines.join("\r\n"));
    let report = judge_text(text.as_bytes()).expect("it is well-formed");
    assert_eq!(report.events, 5);
    assert_eq!(report.unknown_f.get("dance"), Some(&1));
}
