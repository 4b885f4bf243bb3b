//! Kafka's checkpoint files: a version, a number of lines, and lines of words and numbers (`CheckpointFile`).

use std::io::{ErrorKind, Read};
use std::path::Path;

use plimsoll_report::log::{Checkpoint, Damage, LeaderEpoch, Writer};

use super::{Place, Seen};
use crate::problem::at;
use crate::segments::open;

/// More than the checkpoint of a hundred thousand partitions takes.
const BYTES_MAX: u64 = 32 << 20;

/// The files of a data directory, and what they say.
const OF_DATA: [(&str, &str); 4] = [
    ("high watermark", "replication-offset-checkpoint"),
    ("recovery point", "recovery-point-offset-checkpoint"),
    ("log start", "log-start-offset-checkpoint"),
    ("first dirty", "cleaner-offset-checkpoint"),
];

/// Takes in what Kafka's checkpoint files say about the partition.
pub(super) fn read(place: &Place<'_>, seen: &mut Seen) {
    if seen.partition.writer != Writer::Kafka {
        return;
    }
    seen.partition.clean_shutdown = place.data.join(".kafka_cleanshutdown").exists();
    let partition = place.checkpointed();
    for (what, name) in OF_DATA {
        let path = place.data.join(name);
        let Some(lines) = lines(&path, 3, seen) else {
            continue;
        };
        let own = partition.as_ref().and_then(|(topic, number)| {
            let mut lines = lines.iter();
            lines.find(|line| line[..2] == [&**topic, &**number])
        });
        let offset = own.and_then(|line| line[2].parse().ok());
        seen.partition
            .checkpoints
            .extend(offset.map(|offset| Checkpoint {
                what,
                offset,
                file: path.display().to_string(),
            }));
        if what == "log start" {
            seen.partition.start = seen.partition.start.max(offset);
        }
    }
    let path = place.directory.join("leader-epoch-checkpoint");
    if let Some(lines) = lines(&path, 2, seen) {
        let epoch = |line: &Vec<String>| {
            Some(LeaderEpoch {
                epoch: line[0].parse().ok()?,
                start_offset: line[1].parse().ok()?,
            })
        };
        seen.partition.leader_epoch_checkpoint = Some(lines.iter().filter_map(epoch).collect());
    }
}

/// The lines of a checkpoint file, `words` words each, the last of them a number; none if there is no such file, or it
/// is damaged, which is said.
fn lines(path: &Path, words: usize, seen: &mut Seen) -> Option<Vec<Vec<String>>> {
    let mut bytes = Vec::new();
    let opened = open(path).map(|file| file.take(BYTES_MAX));
    match opened.and_then(|mut file| file.read_to_end(&mut bytes)) {
        Err(error) if error.kind() == ErrorKind::NotFound => return None,
        Err(error) => {
            seen.problems.push(at(path, error));
            return None;
        }
        Ok(_) => {}
    }
    match parse(&bytes, words) {
        Ok(lines) => Some(lines),
        Err((byte, expected, found)) => {
            seen.damaged(Damage {
                file: path.display().to_string(),
                byte,
                offset: None,
                expected,
                found,
            });
            None
        }
    }
}

/// What is wrong: where, what should be there, and what is.
type Wrong = (u64, String, String);

/// An empty file says nothing, and Kafka leaves such files (`CheckpointFile` reads them as having no lines).
fn parse(bytes: &[u8], words: usize) -> Result<Vec<Vec<String>>, Wrong> {
    if bytes.is_empty() {
        return Ok(Vec::new());
    }
    let text = String::from_utf8_lossy(bytes);
    let mut at = 0;
    let mut all = text.split_inclusive('\n').map(|line| {
        at += line.len() as u64;
        (at - line.len() as u64, line.trim_end())
    });
    let shown = |line: &str| format!("{:?}", line.chars().take(80).collect::<String>());
    let end = || (bytes.len() as u64, "the end of the file".to_owned());
    let head = |line: Option<(u64, &str)>, expected: &str| match line {
        Some((byte, line)) => Err((byte, expected.to_owned(), shown(line))),
        None => Err((end().0, expected.to_owned(), end().1)),
    };
    match all.next() {
        Some((_, "0")) => {}
        line => return head(line, "version 0"),
    }
    let line = all.next();
    let Some(count) = line.and_then(|(_, line)| line.parse::<usize>().ok()) else {
        return head(line, "a number of lines");
    };
    let mut lines = Vec::new();
    for (byte, line) in all {
        let split: Vec<String> = line.split_ascii_whitespace().map(str::to_owned).collect();
        let is_right = split.len() == words
            && split[1..]
                .iter()
                .all(|number| number.parse::<i64>().is_ok());
        if !is_right {
            return Err((byte, format!("a line of {words} words"), shown(line)));
        }
        lines.push(split);
    }
    match lines.len() == count {
        true => Ok(lines),
        false => Err((end().0, format!("{count} lines"), lines.len().to_string())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_kafka_writes_is_read_and_what_it_does_not_is_told() {
        let right = b"0\n2\norders 0 17\nother-topic 1 0\n";
        assert_eq!(
            parse(right, 3).map(|lines| lines[0].join(" ")),
            Ok("orders 0 17".to_owned())
        );
        for sound in ["", "0\n0\n"] {
            assert_eq!(parse(sound.as_bytes(), 3), Ok(Vec::new()), "{sound:?}");
        }
        for (text, byte, expected) in [
            ("\n", 0, "version 0"),
            ("1\n0\n", 0, "version 0"),
            ("0\n", 2, "a number of lines"),
            ("0\nmany\n", 2, "a number of lines"),
            ("0\n1\norders 0\n", 4, "a line of 3 words"),
            ("0\n1\norders 0 x\n", 4, "a line of 3 words"),
            ("0\n2\norders 0 17\n", 16, "2 lines"),
            ("0\n0\norders 0 17\n", 16, "0 lines"),
        ] {
            let (at, what, _) = parse(text.as_bytes(), 3).expect_err(text);
            assert_eq!((at, &*what), (byte, expected), "{text:?}");
        }
    }
}
