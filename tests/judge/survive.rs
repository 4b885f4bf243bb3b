//! Whatever bytes come: a judgement or an error with its place, never a panic.

use std::sync::LazyLock;

use proptest::prelude::*;

use crate::{histories, judge_text, table};

/// The smaller recordings, line by line.
static GOOD: LazyLock<Vec<Vec<Vec<u8>>>> = LazyLock::new(|| {
    let small = table(&histories().join("small/expected.tsv"));
    let small = small.iter().map(|row| format!("small/{}.jsonl", row[0]));
    let large = [
        "tansu-static-zombie.1.jsonl",
        "transactions.1.jsonl",
        "kip848-kills.1.jsonl",
    ];
    large
        .into_iter()
        .map(str::to_owned)
        .chain(small)
        .map(|name| std::fs::read(histories().join(name)).expect("the history is there"))
        .map(|text| {
            text.split(|byte| *byte == b'\n')
                .map(<[u8]>::to_vec)
                .collect()
        })
        .collect()
});

/// What can happen to a file.
#[derive(Debug, Clone)]
enum Harm {
    Drop(prop::sample::Index),
    Twice(prop::sample::Index),
    Swap(prop::sample::Index, prop::sample::Index),
    Flip(prop::sample::Index, prop::sample::Index, u8),
    Cut(prop::sample::Index, prop::sample::Index),
    /// A number in the line becomes another one.
    Number(prop::sample::Index, i64),
}

fn harm() -> impl Strategy<Value = Harm> {
    let at = any::<prop::sample::Index>;
    prop_oneof![
        at().prop_map(Harm::Drop),
        at().prop_map(Harm::Twice),
        (at(), at()).prop_map(|(a, b)| Harm::Swap(a, b)),
        (at(), at(), any::<u8>()).prop_map(|(line, byte, with)| Harm::Flip(line, byte, with)),
        (at(), at()).prop_map(|(line, byte)| Harm::Cut(line, byte)),
        (at(), prop_oneof![any::<i64>(), -2..300_i64])
            .prop_map(|(line, to)| Harm::Number(line, to)),
    ]
}

fn apply(lines: &mut Vec<Vec<u8>>, harm: &Harm) {
    if lines.is_empty() {
        return;
    }
    let count = lines.len();
    match harm {
        Harm::Drop(at) => drop(lines.remove(at.index(count))),
        Harm::Twice(at) => lines.insert(at.index(count), lines[at.index(count)].clone()),
        Harm::Swap(a, b) => lines.swap(a.index(count), b.index(count)),
        Harm::Flip(line, byte, with) => {
            let line = &mut lines[line.index(count)];
            if !line.is_empty() {
                let at = byte.index(line.len());
                line[at] ^= with;
            }
        }
        Harm::Cut(line, byte) => {
            let at = line.index(count);
            let keep = byte.index(lines[at].len() + 1);
            lines[at].truncate(keep);
            lines.truncate(at + 1);
        }
        Harm::Number(line, to) => {
            let line = &mut lines[line.index(count)];
            // The last number of a line is nearly always an offset, a value or an error code.
            let Some(end) = line.iter().rposition(u8::is_ascii_digit) else {
                return;
            };
            let start = line[..end]
                .iter()
                .rposition(|b| !b.is_ascii_digit() && *b != b'-');
            line.splice(
                start.map_or(0, |start| start + 1)..=end,
                to.to_string().bytes(),
            );
        }
    }
}

fn survives(text: &[u8]) -> Result<(), TestCaseError> {
    match judge_text(text) {
        Ok(report) => {
            // Whatever was judged can be shown and stored.
            prop_assert!(!report.to_string().is_empty());
            prop_assert!(serde_json::to_string(&report).is_ok());
        }
        Err(error) => {
            let lines = text.iter().filter(|byte| **byte == b'\n').count() as u64 + 1;
            prop_assert!(1 <= error.line && error.line <= lines, "{error}");
            prop_assert!(
                1 <= error.column && error.column <= text.len() as u64 + 1,
                "{error}"
            );
        }
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_bytes(text in prop::collection::vec(any::<u8>(), 0..400)) {
        survives(&text)?;
    }

    #[test]
    fn any_bytes_after_a_header(text in prop::collection::vec(any::<u8>(), 0..400)) {
        let mut history = b"{\"plimsoll\":1}\n".to_vec();
        history.extend(text);
        survives(&history)?;
    }

    #[test]
    fn good_histories_harmed(
        which in any::<prop::sample::Index>(),
        harms in prop::collection::vec(harm(), 1..6),
    ) {
        let mut lines = which.get(&GOOD).clone();
        for harm in &harms {
            apply(&mut lines, harm);
        }
        survives(&lines.join(&b'\n'))?;
    }
}

#[test]
fn good_histories_cut_anywhere() {
    for lines in GOOD.iter().skip(3) {
        let text = lines.join(&b'\n');
        for end in 0..text.len() {
            let _ = judge_text(&text[..end]).map_err(|error| error.to_string());
        }
    }
}

#[test]
fn good_histories_without_any_one_line() {
    for lines in GOOD.iter().skip(3) {
        for gone in 1..lines.len() {
            let mut lines = lines.clone();
            lines.remove(gone);
            let _ = judge_text(&lines.join(&b'\n')).map_err(|error| error.to_string());
        }
    }
}
