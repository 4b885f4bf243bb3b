//! A history of a healthy group, generated while it is read: no size of it has to fit into memory.
//!
//! Two producers, one topic of eight partitions, a classic group of three consumers that commit after every poll's
//! records. Now and then a consumer is killed or stops, the group rebalances, and a new one comes. What a killed consumer
//! had processed and not committed is processed again: never more than one poll's records, which the header claims.
//! The same number of events is always the same history.

use std::{
    collections::VecDeque,
    fmt::Write as _,
    io::{self, BufRead, Read},
    time::{Duration, Instant},
};

const TOPIC: &str = "orders-15214";
const GROUP: &str = "billing-15214";
const PARTITIONS: usize = 8;
const PRODUCERS: usize = 2;
const CONSUMERS: usize = 3;
/// Produce requests that a producer has open at most.
const OPEN_MAX: usize = 8;
/// Records that a poll returns at most: `U`.
const POLL_MAX: usize = 20;
/// Unread records of a partition that make its producer wait.
const BACKLOG_MAX: i64 = 100;
/// Events between two disturbances of the group, on average.
const QUIET: u64 = 10_000;
/// A chunk holds some thousand lines.
const CHUNK: usize = 1 << 18;

/// A generated history, to be read once.
pub struct Generated {
    world: World,
    chunk: String,
    read: usize,
    events: u64,
    generating: Duration,
}

impl Generated {
    /// A history of `events` events, or a few more.
    pub fn new(events: u64) -> Self {
        let mut world = World::new();
        world.header();
        Self {
            world,
            chunk: String::with_capacity(CHUNK + 8 * 1024),
            read: 0,
            events,
            generating: Duration::ZERO,
        }
    }

    /// How long the generation of what was read took: the part of a reader's time that is not its own.
    pub fn generating(&self) -> Duration {
        self.generating
    }
}

impl BufRead for Generated {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.read == self.chunk.len() {
            let began = Instant::now();
            self.chunk.clear();
            self.read = 0;
            while self.chunk.len() < CHUNK && self.world.events < self.events {
                self.world.turn();
                self.chunk.push_str(&self.world.lines);
                self.world.lines.clear();
            }
            self.generating += began.elapsed();
        }
        Ok(&self.chunk.as_bytes()[self.read..])
    }

    fn consume(&mut self, bytes: usize) {
        self.read += bytes;
    }
}

impl Read for Generated {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let read = self.fill_buf()?.read(into)?;
        self.consume(read);
        Ok(read)
    }
}

/// A linear congruential generator, of which the upper bits are used.
struct Chance(u64);

impl Chance {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (((self.0 >> 33) * bound as u64) >> 31) as usize
    }

    fn one_in(&mut self, n: usize) -> bool {
        self.below(n) == 0
    }
}

/// A record is known by its place: `v` is derived from it.
#[derive(Clone, Copy)]
struct Record {
    p: usize,
    off: i64,
}

impl Record {
    fn value(self) -> i64 {
        self.off * PARTITIONS as i64 + self.p as i64
    }
}

/// Every partition has one producer, so its records stand in the order in which they were sent.
#[derive(Default)]
struct Producer {
    name: String,
    /// Open requests; the first `appended` of them have a record in the log.
    open: VecDeque<(i64, Record)>,
    appended: usize,
}

struct Consumer {
    name: String,
    member: String,
    owned: Vec<usize>,
    doing: Doing,
}

enum Doing {
    Nothing,
    Polling { op: i64 },
    Processing { records: Vec<Record>, done: usize },
    Committing { op: i64, offsets: Vec<(usize, i64)> },
}

struct World {
    chance: Chance,
    lines: String,
    events: u64,
    t: u64,
    ops: i64,
    producers: Vec<Producer>,
    /// By partition: records sent, records in the log, where the owner reads, and what is committed.
    sent: [i64; PARTITIONS],
    end: [i64; PARTITIONS],
    position: [i64; PARTITIONS],
    committed: [i64; PARTITIONS],
    consumers: Vec<Consumer>,
    incarnations: u64,
    generation: i64,
    disturbed_next: u64,
}

impl World {
    fn new() -> Self {
        let producer = |number| Producer {
            name: format!("p{number}"),
            open: VecDeque::new(),
            appended: 0,
        };
        Self {
            chance: Chance(0x506c_696d_736f_6c6c),
            lines: String::new(),
            events: 0,
            t: 2_153_388_633_311,
            ops: 0,
            producers: (0..PRODUCERS).map(producer).collect(),
            sent: [0; PARTITIONS],
            end: [0; PARTITIONS],
            position: [0; PARTITIONS],
            committed: [-1; PARTITIONS],
            consumers: Vec::new(),
            incarnations: 0,
            generation: 0,
            disturbed_next: 0,
        }
    }

    fn header(&mut self) {
        let _ = writeln!(
            self.lines,
            r#"{{"plimsoll":1,"subject":"nothing: generated","recorder":"generator","clock":"monotonic-ns","protocol":"classic","reset":"earliest","topics":{{"{TOPIC}":{PARTITIONS}}},"bound":{{"U":{POLL_MAX},"Z":0}}}}"#
        );
    }

    /// Somebody does something.
    fn turn(&mut self) {
        if self.events >= self.disturbed_next {
            self.disturb();
            self.disturbed_next = self.events + self.chance.below(2 * QUIET as usize) as u64;
            return;
        }
        // A record costs the producers three turns and the consumers a little more than one.
        let who = self.chance.below(9);
        if who < 6 {
            self.produce(who % PRODUCERS);
        } else {
            self.consume(who % self.consumers.len());
        }
    }

    fn write(&mut self, line: std::fmt::Arguments<'_>) {
        self.t += 10_000 + self.chance.below(40_000) as u64;
        self.events += 1;
        let _ = writeln!(self.lines, r#"{{"t":{},{line}}}"#, self.t);
    }

    fn event(&mut self, proc: &str, rest: std::fmt::Arguments<'_>) {
        self.write(format_args!(r#""proc":"{proc}","type":"event",{rest}"#));
    }

    fn invoke(&mut self, proc: &str, rest: std::fmt::Arguments<'_>) -> i64 {
        self.ops += 1;
        let op = self.ops;
        self.write(format_args!(
            r#""proc":"{proc}","type":"invoke","op":{op},{rest}"#
        ));
        op
    }

    fn ok(&mut self, proc: &str, op: i64, rest: std::fmt::Arguments<'_>) {
        self.write(format_args!(
            r#""proc":"{proc}","type":"ok","op":{op},{rest}"#
        ));
    }

    /// A producer sends a record, or one of its records comes to stand in the log, or is acknowledged.
    fn produce(&mut self, number: usize) {
        let mut producer = std::mem::take(&mut self.producers[number]);
        let name = &producer.name;
        let p = self.chance.below(PARTITIONS / PRODUCERS) * PRODUCERS + number;
        let waits = self.sent[p] - self.position[p] >= BACKLOG_MAX;
        match self.chance.below(3) {
            0 if producer.open.len() < OPEN_MAX && !waits => {
                let record = Record {
                    p,
                    off: self.sent[p],
                };
                self.sent[p] += 1;
                let v = record.value();
                let op = self.invoke(
                    name,
                    format_args!(r#""f":"produce","topic":"{TOPIC}","p":{p},"v":{v}"#),
                );
                producer.open.push_back((op, record));
            }
            1 => {
                if let Some((_, record)) = producer.open.get(producer.appended) {
                    self.end[record.p] = record.off + 1;
                    producer.appended += 1;
                }
            }
            _ if producer.appended > 0 => {
                if let Some((op, Record { p, off })) = producer.open.pop_front() {
                    producer.appended -= 1;
                    self.ok(
                        name,
                        op,
                        format_args!(r#""f":"produce","p":{p},"off":{off},"err":0"#),
                    );
                }
            }
            _ => {}
        }
        self.producers[number] = producer;
    }

    /// A consumer goes on with what it does: poll, process each record, commit.
    fn consume(&mut self, place: usize) {
        let doing = std::mem::replace(&mut self.consumers[place].doing, Doing::Nothing);
        let name = self.consumers[place].name.clone();
        self.consumers[place].doing = match doing {
            Doing::Nothing if self.chance.one_in(30) => {
                self.heartbeat(place, &name);
                Doing::Nothing
            }
            Doing::Nothing => Doing::Polling {
                op: self.invoke(&name, format_args!(r#""f":"poll""#)),
            },
            Doing::Polling { op } => self.poll_returns(place, &name, op),
            Doing::Processing { records, done } if done < records.len() => {
                let Record { p, off } = records[done];
                let v = records[done].value();
                self.event(
                    &name,
                    format_args!(r#""f":"process","topic":"{TOPIC}","p":{p},"off":{off},"v":{v}"#),
                );
                Doing::Processing {
                    records,
                    done: done + 1,
                }
            }
            Doing::Processing { records, .. } => self.commit(place, &name, &records),
            Doing::Committing { op, offsets } => {
                self.ok(&name, op, format_args!(r#""f":"commit""#));
                self.apply(&offsets);
                Doing::Nothing
            }
        };
    }

    fn heartbeat(&mut self, place: usize, name: &str) {
        let (group, generation) = (GROUP, self.generation);
        let member = self.consumers[place].member.clone();
        let op = self.invoke(
            name,
            format_args!(
                r#""f":"heartbeat","group":"{group}","gen":{generation},"member":"{member}""#
            ),
        );
        self.ok(name, op, format_args!(r#""f":"heartbeat","err":0"#));
    }

    fn poll_returns(&mut self, place: usize, name: &str, op: i64) -> Doing {
        let mut records = Vec::new();
        let owned = &self.consumers[place].owned;
        let first = self.chance.below(owned.len());
        for p in owned[first..].iter().chain(&owned[..first]) {
            let (position, room) = (self.position[*p], POLL_MAX - records.len());
            let end = self.end[*p].min(position + room as i64);
            records.extend((position..end).map(|off| Record { p: *p, off }));
            self.position[*p] = end;
        }
        let rows = rows(records.iter().map(|record| {
            let Record { p, off } = *record;
            format!("{p},{off},{}", record.value())
        }));
        self.ok(name, op, format_args!(r#""f":"poll","recs":{rows}"#));
        match records.is_empty() {
            true => Doing::Nothing,
            false => Doing::Processing { records, done: 0 },
        }
    }

    fn commit(&mut self, place: usize, name: &str, processed: &[Record]) -> Doing {
        let mut offsets: Vec<(usize, i64)> = Vec::new();
        for record in processed {
            match offsets.last_mut() {
                Some((p, next)) if *p == record.p => *next = record.off + 1,
                _ => offsets.push((record.p, record.off + 1)),
            }
        }
        let parts = rows(offsets.iter().map(|(p, next)| format!("{p},{next}")));
        let (generation, member) = (self.generation, self.consumers[place].member.clone());
        let op = self.invoke(
            name,
            format_args!(
                r#""f":"commit","group":"{GROUP}","parts":{parts},"gen":{generation},"member":"{member}""#
            ),
        );
        Doing::Committing { op, offsets }
    }

    fn apply(&mut self, offsets: &[(usize, i64)]) {
        for (p, next) in offsets {
            self.committed[*p] = *next;
        }
    }

    /// Somebody comes, is killed or stops, or the group rebalances for no reason.
    fn disturb(&mut self) {
        if self.consumers.len() < CONSUMERS {
            while self.consumers.len() < CONSUMERS {
                self.comes();
            }
        } else {
            let place = self.chance.below(CONSUMERS);
            match self.chance.below(3) {
                0 => self.killed(place),
                1 => self.stops(place),
                _ => {}
            }
        }
        self.rebalance();
    }

    fn comes(&mut self) {
        self.incarnations += 1;
        let name = format!("c{}", self.incarnations);
        self.event(&name, format_args!(r#""f":"start","group":"{GROUP}""#));
        let member = format!("{name}-5d64af5a-6637-44c0-882b-38d839fa3005");
        self.consumers.push(Consumer {
            name,
            member,
            owned: Vec::new(),
            doing: Doing::Nothing,
        });
    }

    fn killed(&mut self, place: usize) {
        let consumer = self.consumers.remove(place);
        if let Doing::Committing { offsets, .. } = &consumer.doing
            && self.chance.one_in(2)
        {
            self.apply(offsets);
        }
        self.event(&consumer.name, format_args!(r#""f":"crash""#));
    }

    fn stops(&mut self, place: usize) {
        self.revoke(place);
        let Consumer { name, member, .. } = self.consumers.remove(place);
        let op = self.invoke(
            &name,
            format_args!(r#""f":"leave","group":"{GROUP}","member":"{member}""#),
        );
        self.ok(&name, op, format_args!(r#""f":"leave","err":0"#));
        self.event(&name, format_args!(r#""f":"stop""#));
    }

    /// Ends what is under way, commits what is processed, and gives the partitions up.
    fn revoke(&mut self, place: usize) {
        let name = self.consumers[place].name.clone();
        match std::mem::replace(&mut self.consumers[place].doing, Doing::Nothing) {
            Doing::Processing { records, done } if done > 0 => {
                self.consumers[place].doing = self.commit(place, &name, &records[..done]);
                self.consume(place);
            }
            Doing::Polling { op } => self.ok(&name, op, format_args!(r#""f":"poll","recs":[]"#)),
            Doing::Committing { op, offsets } => {
                self.consumers[place].doing = Doing::Committing { op, offsets };
                self.consume(place);
            }
            Doing::Processing { .. } | Doing::Nothing => {}
        }
        let owned = std::mem::take(&mut self.consumers[place].owned);
        if !owned.is_empty() {
            let parts = partitions(&owned);
            self.event(
                &name,
                format_args!(r#""f":"revoked","group":"{GROUP}","parts":{parts}"#),
            );
        }
    }

    fn rebalance(&mut self) {
        for place in 0..self.consumers.len() {
            self.revoke(place);
        }
        self.generation += 1;
        self.join_and_sync();
        for place in 0..self.consumers.len() {
            self.begin_tenures(place);
        }
    }

    fn join_and_sync(&mut self) {
        let (generation, count) = (self.generation, self.consumers.len());
        let names: Vec<_> = self.consumers.iter().map(|c| c.name.clone()).collect();
        let members: Vec<_> = self.consumers.iter().map(|c| c.member.clone()).collect();
        let mut joins = Vec::new();
        for (name, member) in names.iter().zip(&members) {
            joins.push(self.invoke(
                name,
                format_args!(r#""f":"join","group":"{GROUP}","member":"{member}""#),
            ));
        }
        for (place, (op, name)) in joins.into_iter().zip(&names).enumerate() {
            let (leader, member) = (&members[0], &members[place]);
            self.ok(
                name,
                op,
                format_args!(r#""f":"join","err":0,"gen":{generation},"leader":"{leader}","member":"{member}""#),
            );
        }
        for (place, (name, member)) in names.iter().zip(&members).enumerate() {
            let op = self.invoke(
                name,
                format_args!(
                    r#""f":"sync","group":"{GROUP}","gen":{generation},"member":"{member}""#
                ),
            );
            let shift = generation as usize;
            let owned: Vec<_> = (0..PARTITIONS)
                .filter(|p| (p + shift) % count == place)
                .collect();
            let parts = partitions(&owned);
            self.ok(
                name,
                op,
                format_args!(r#""f":"sync","err":0,"parts":{parts}"#),
            );
            self.consumers[place].owned = owned;
        }
    }

    /// The consumer learns what it owns, asks where to begin, and goes there.
    fn begin_tenures(&mut self, place: usize) {
        let Consumer {
            name,
            member,
            owned,
            ..
        } = &self.consumers[place];
        let (name, member, owned) = (name.clone(), member.clone(), owned.clone());
        let (generation, parts) = (self.generation, partitions(&owned));
        self.event(
            &name,
            format_args!(
                r#""f":"assigned","group":"{GROUP}","parts":{parts},"kind":"eager","gen":{generation},"member":"{member}""#
            ),
        );
        let op = self.invoke(
            &name,
            format_args!(r#""f":"fetch_offset","group":"{GROUP}","parts":{parts}"#),
        );
        let committed = self.committed;
        let offs = rows(
            owned
                .iter()
                .map(|p| format!(r#"{p},{},"",0"#, committed[*p])),
        );
        self.ok(
            &name,
            op,
            format_args!(r#""f":"fetch_offset","offs":{offs}"#),
        );
        for p in &owned {
            self.position[*p] = committed[*p].max(0);
        }
        let position = self.position;
        let resumes = rows(owned.iter().map(|p| format!("{p},{}", position[*p])));
        self.event(
            &name,
            format_args!(r#""f":"resume","group":"{GROUP}","parts":{resumes}"#),
        );
    }
}

/// Rows of a list, each beginning with the topic.
fn rows(rows: impl Iterator<Item = String>) -> String {
    let mut list = String::from("[");
    for row in rows {
        let comma = if list.len() > 1 { "," } else { "" };
        let _ = write!(list, r#"{comma}["{TOPIC}",{row}]"#);
    }
    list.push(']');
    list
}

fn partitions(partitions: &[usize]) -> String {
    rows(partitions.iter().map(usize::to_string))
}
