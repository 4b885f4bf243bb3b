//! Memory does not grow with the history: ten times as many lines hold no more items.

use std::io::{BufReader, Read};

use plimsoll_oracle::{Options, Report, Verdict, judge};

/// A steady history that is written while it is read: two members, two partitions, batches of ten.
struct Steady {
    batches: u64,
    batch: u64,
    text: Vec<u8>,
    at: usize,
}

impl Steady {
    fn new(batches: u64) -> Self {
        let mut text =
            String::from("{\"plimsoll\":1,\"reset\":\"earliest\",\"bound\":{\"U\":10,\"Z\":0}}\n");
        for member in 0..2 {
            text += &format!(
                "{{\"t\":0,\"proc\":\"c{member}\",\"type\":\"event\",\"f\":\"assigned\",\"group\":\"g\",\"gen\":1,\"parts\":[[\"t\",{member}]]}}\n\
                 {{\"t\":0,\"proc\":\"c{member}\",\"type\":\"event\",\"f\":\"resume\",\"group\":\"g\",\"parts\":[[\"t\",{member},0]]}}\n"
            );
        }
        Self {
            batches,
            batch: 0,
            text: text.into_bytes(),
            at: 0,
        }
    }

    /// The lines of a batch: produced, polled, processed, committed.
    fn write_batch(&mut self) {
        let (t, p, first) = (self.batch, self.batch % 2, self.batch / 2 * 10);
        let op = self.batch * 12;
        let mut text = String::new();
        let mut records = Vec::new();
        for n in 0..10 {
            let (off, op) = (first + n, op + n);
            text += &format!(
                "{{\"t\":{t},\"proc\":\"p\",\"type\":\"invoke\",\"op\":{op},\"f\":\"produce\",\"topic\":\"t\",\"p\":{p},\"v\":\"{p}-{off}\"}}\n\
                 {{\"t\":{t},\"proc\":\"p\",\"type\":\"ok\",\"op\":{op},\"f\":\"produce\",\"off\":{off},\"err\":0}}\n"
            );
            records.push(format!("[\"t\",{p},{off},\"{p}-{off}\"]"));
        }
        let op = op + 10;
        text += &format!(
            "{{\"t\":{t},\"proc\":\"c{p}\",\"type\":\"invoke\",\"op\":{op},\"f\":\"poll\"}}\n\
             {{\"t\":{t},\"proc\":\"c{p}\",\"type\":\"ok\",\"op\":{op},\"f\":\"poll\",\"recs\":[{}]}}\n",
            records.join(",")
        );
        for off in first..first + 10 {
            text += &format!(
                "{{\"t\":{t},\"proc\":\"c{p}\",\"type\":\"event\",\"f\":\"process\",\"topic\":\"t\",\"p\":{p},\"off\":{off},\"v\":\"{p}-{off}\"}}\n"
            );
        }
        let (op, next) = (op + 1, first + 10);
        text += &format!(
            "{{\"t\":{t},\"proc\":\"c{p}\",\"type\":\"invoke\",\"op\":{op},\"f\":\"commit\",\"group\":\"g\",\"gen\":1,\"parts\":[[\"t\",{p},{next}]]}}\n\
             {{\"t\":{t},\"proc\":\"c{p}\",\"type\":\"ok\",\"op\":{op},\"f\":\"commit\"}}\n"
        );
        self.batch += 1;
        self.text = text.into_bytes();
        self.at = 0;
    }
}

impl Read for Steady {
    fn read(&mut self, into: &mut [u8]) -> std::io::Result<usize> {
        if self.at == self.text.len() {
            if self.batch == self.batches {
                return Ok(0);
            }
            self.write_batch();
        }
        let read = (&self.text[self.at..]).read(into)?;
        self.at += read;
        Ok(read)
    }
}

fn judged(batches: u64) -> Report {
    let history = BufReader::new(Steady::new(batches));
    judge(history, "steady", &Options::default()).expect("it is well-formed")
}

#[test]
fn memory_does_not_grow_with_the_history() {
    let (short, long) = (judged(500), judged(5_000));
    for (report, batches) in [(&short, 500), (&long, 5_000)] {
        assert_eq!(report.verdict, Verdict::Valid, "{report}");
        assert_eq!(report.events, 4 + batches * 34);
        assert_eq!(report.totals.distinct, Some(batches * 10));
        assert_eq!(report.totals.u, Some(10));
    }
    assert_eq!(short.held_peak, long.held_peak);
    assert!(long.held_peak < 64, "{}", long.held_peak);
}
