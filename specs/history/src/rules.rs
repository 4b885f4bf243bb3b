//! The rules that hold between lines: one clock, each operation invoked once and completed once, no name back from
//! the dead.

use rustc_hash::FxHashMap;

use crate::{Name, Names, Problem, Slot, shape::Type, words::F};

/// What has to be remembered of the lines before: open operations, numbers of closed ones, and who is gone.
#[derive(Debug, Default)]
pub(crate) struct Rules {
    t: u64,
    open: FxHashMap<i64, Slot>,
    slots: Vec<Open>,
    free: Vec<Slot>,
    /// Slots of operations that the line returned last closed: its reader still looks at them.
    closed: Vec<Slot>,
    done: Numbers,
    /// By name: how many operations it has open.
    open_by: Vec<u32>,
    /// By name: the line in which its `crash` or `stop` stands, 0 if it lives.
    gone: Vec<u64>,
}

#[derive(Debug, Clone, Copy)]
struct Open {
    op: i64,
    f: Invoked,
    proc: Name,
    line: u64,
    open: bool,
}

/// An operation's `f`: a word of the format, or the name of one that it does not know.
pub(crate) type Invoked = (F, Option<Name>);

impl Rules {
    /// The line's time may not be earlier than the line's before.
    pub fn time(&mut self, t: u64) -> Result<(), Problem> {
        if t < self.t {
            return Err(Problem::TimeBack { before: self.t });
        }
        self.t = t;
        Ok(())
    }

    /// Nothing may come from a process after its crash or stop.
    pub fn alive(&mut self, proc: Name, names: &Names) -> Result<(), Problem> {
        match self.gone.get(proc.index()) {
            Some(0) | None => Ok(()),
            Some(line) => Err(Problem::NameBack {
                name: names.text(proc).to_owned(),
                gone: *line,
            }),
        }
    }

    /// The operation that the line opens or closes.
    pub fn pair(
        &mut self,
        type_: Type,
        op: i64,
        f: Invoked,
        proc: Name,
        line: u64,
    ) -> Result<Slot, Problem> {
        match type_ {
            Type::Invoke => self.invoke(op, f, proc, line),
            _ => self.complete(op, f, proc),
        }
    }

    fn invoke(&mut self, op: i64, f: Invoked, proc: Name, line: u64) -> Result<Slot, Problem> {
        if let Some(slot) = self.open.get(&op) {
            let first = self.slots.get(slot.index()).map(|open| open.line);
            return Err(Problem::OpTwice { op, first });
        }
        if self.done.contains(op) {
            return Err(Problem::OpTwice { op, first: None });
        }
        let open = Open {
            op,
            f,
            proc,
            line,
            open: true,
        };
        let slot = match self.free.pop() {
            Some(slot) => {
                self.slots[slot.index()] = open;
                slot
            }
            None => {
                let slot = Slot(u32::try_from(self.slots.len()).unwrap_or(u32::MAX));
                self.slots.push(open);
                slot
            }
        };
        self.open.insert(op, slot);
        if self.open_by.len() <= proc.index() {
            self.open_by.resize(proc.index() + 1, 0);
        }
        self.open_by[proc.index()] += 1;
        Ok(slot)
    }

    fn complete(&mut self, op: i64, f: Invoked, proc: Name) -> Result<Slot, Problem> {
        let Some(&slot) = self.open.get(&op) else {
            return Err(match self.done.contains(op) {
                true => Problem::CompletedTwice { op },
                false => Problem::NoInvoke { op },
            });
        };
        let invoke = self.slots[slot.index()];
        if invoke.f != f {
            return Err(Problem::OtherF {
                op,
                invoked: invoke.f.0.text().unwrap_or("something unknown").to_owned(),
                line: invoke.line,
            });
        }
        if invoke.proc != proc {
            return Err(Problem::OtherProc {
                op,
                line: invoke.line,
            });
        }
        self.close(slot);
        Ok(slot)
    }

    fn close(&mut self, slot: Slot) {
        let open = &mut self.slots[slot.index()];
        open.open = false;
        self.open_by[open.proc.index()] -= 1;
        self.open.remove(&open.op);
        self.done.insert(open.op);
        self.closed.push(slot);
    }

    /// The process is gone: what it had open stays without a completion.
    pub fn end(&mut self, proc: Name, line: u64) {
        if self.gone.len() <= proc.index() {
            self.gone.resize(proc.index() + 1, 0);
        }
        self.gone[proc.index()] = line;
        // Looked for only where there is something to find: a history may end very many processes.
        if self.open_by.get(proc.index()).is_none_or(|open| *open == 0) {
            return;
        }
        for index in 0..self.slots.len() {
            if self.slots[index].open && self.slots[index].proc == proc {
                self.close(Slot(index as u32));
            }
        }
    }

    /// The line before is done with: its closed operations' places may be used again.
    pub fn turn(&mut self) {
        self.free.append(&mut self.closed);
    }

    /// Items held: open operations, ranges of closed ones' numbers. (Names are few, and not counted.)
    pub fn held(&self) -> usize {
        self.open.len() + self.done.ranges.len()
    }
}

/// A set of numbers as sorted, non-adjacent ranges (both ends inclusive). Operations are numbered more or less in order, so there are few.
#[derive(Debug, Default)]
struct Numbers {
    ranges: Vec<(i64, i64)>,
}

impl Numbers {
    /// Where the first range lies that starts after `number`.
    fn after(&self, number: i64) -> usize {
        // Nearly always among the last few.
        let tail = self.ranges.len().saturating_sub(8);
        match self.ranges.get(tail) {
            Some((first, _)) if *first <= number => {
                tail + self.ranges[tail..].partition_point(|(start, _)| *start <= number)
            }
            _ => self.ranges.partition_point(|(start, _)| *start <= number),
        }
    }

    fn contains(&self, number: i64) -> bool {
        let after = self.after(number);
        after > 0 && self.ranges[after - 1].1 >= number
    }

    fn insert(&mut self, number: i64) {
        let after = self.after(number);
        let joins_left = after > 0
            && self.ranges[after - 1]
                .1
                .checked_add(1)
                .is_none_or(|next| next >= number);
        let joins_right = self
            .ranges
            .get(after)
            .is_some_and(|(start, _)| number.checked_add(1) == Some(*start));
        match (joins_left, joins_right) {
            (true, true) => {
                self.ranges[after - 1].1 = self.ranges[after].1;
                self.ranges.remove(after);
            }
            (true, false) => {
                let end = &mut self.ranges[after - 1].1;
                *end = number.max(*end);
            }
            (false, true) => self.ranges[after].0 = number,
            (false, false) => self.ranges.insert(after, (number, number)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_a_set() {
        let mut numbers = Numbers::default();
        let mut reference = std::collections::BTreeSet::new();
        let mut number: i64 = 7;
        for _ in 0..2_000 {
            number = (number * 48_271) % 65_537 % 300 - 20;
            numbers.insert(number);
            reference.insert(number);
            number = (number + 977).abs();
        }
        numbers.insert(i64::MAX);
        numbers.insert(i64::MIN);
        for number in -50..400 {
            assert_eq!(
                numbers.contains(number),
                reference.contains(&number),
                "{number}"
            );
        }
        assert!(numbers.contains(i64::MAX) && numbers.contains(i64::MIN));
        assert!(
            numbers
                .ranges
                .windows(2)
                .all(|pair| pair[0].1 + 1 < pair[1].0)
        );
    }
}
