//! One partition, for a person.

use comfy_table::{Cell, CellAlignment, Table, presets};

use super::{
    Checkpoint, DAMAGE_LISTED_MAX, Damage, Index, LeaderEpoch, Opens, Partition, Producer,
    Recovery, Segment, Writer,
};
use crate::offsets::utc;
use crate::text::{counted, grouped, listed, put};

/// What was read, what recovery would make of it, and where it is damaged.
pub fn summary(
    partition: &Partition,
    segments: &[Segment],
    producers: &[Producer],
    damages: &[Damage],
) -> String {
    let mut text = format!(
        "{}: {} in {}, up to offset {}\n",
        partition.directory,
        counted(partition.records, "record"),
        counted(segments.len() as u64, "segment"),
        partition.end,
    );
    put(&mut text, "  written by   ", writer(partition));
    if let Some(mark) = partition.mark {
        put(&mut text, "  marked       ", mark.description());
    }
    put(&mut text, "  read         ", &read(partition));
    if !partition.legacy_messages.is_empty() {
        put(&mut text, "  not read     ", &legacy(partition));
    }
    if let Some(pid) = partition.in_use_by {
        let description = format!(
            "process {pid} has locked the data directory: what it writes meanwhile is seen in part, so that what looks damaged at the end may not be"
        );
        put(&mut text, "  in use       ", &description);
    }
    put(&mut text, "  offsets      ", &offsets(partition, producers));
    if !partition.checkpoints.is_empty() {
        put(
            &mut text,
            "  checkpoints  ",
            &checkpoints(&partition.checkpoints),
        );
    }
    if !partition.leader_epochs.is_empty() {
        put(&mut text, "  epochs       ", &epochs(partition));
    }
    if partition.gaps > 0 {
        put(&mut text, "  gaps         ", &gaps(partition));
    }
    if !partition.legacy_messages.is_empty() {
        let description = "not known: the recovery that is tried here is that of format 2";
        line(&mut text, "recovery", description);
    }
    if let Some(recovery) = &partition.recovery {
        for description in recovered(partition, recovery) {
            line(&mut text, "recovery", &description);
        }
    }
    if let Some(tail) = partition.unfinished {
        let description = tail.description(partition.unfinished_bytes);
        put(&mut text, "  unfinished   ", &description);
    }
    text.push('\n');
    text.push_str(&indented(&table(segments)));
    for segment in segments {
        wrong_indexes(&mut text, partition.writer, segment);
        stale_times(&mut text, segment);
    }
    if !producers.is_empty() {
        text.push('\n');
        text.push_str(&indented(&producer_table(producers)));
    }
    damaged(&mut text, partition.damages, damages);
    text
}

/// A line that names a file is not wrapped, so that it can be searched for.
fn line(text: &mut String, head: &str, body: &str) {
    text.push_str(&format!("  {head:<11}  {body}\n"));
}

/// The file without its directory, which stands above.
fn name(file: &str) -> &str {
    file.rsplit(['/', '\\']).next().unwrap_or(file)
}

fn writer(partition: &Partition) -> &'static str {
    match (partition.writer, partition.clean_shutdown) {
        (Writer::Kafka, true) => "Apache Kafka, which was stopped in good order",
        (Writer::Kafka, false) => "Apache Kafka",
        (Writer::Plimsoll, _) => "Plimsoll",
    }
}

fn read(partition: &Partition) -> String {
    if partition.bytes == 0 {
        return "nothing was ever written, or all of it was deleted".to_owned();
    }
    let codecs: Vec<String> = partition
        .codecs
        .iter()
        .map(|(codec, batches)| match codec.as_str() {
            "none" => format!("{} uncompressed", grouped(*batches)),
            codec => format!("{} {codec}", grouped(*batches)),
        })
        .collect();
    let codecs = match codecs.is_empty() {
        true => String::new(),
        false => format!(" ({})", listed(&codecs)),
    };
    let markers = match partition.markers {
        0 => String::new(),
        markers => format!(", {}", counted(markers, "marker")),
    };
    format!(
        "{}: {}{codecs} with {}{markers}; every checksum was computed",
        counted(partition.bytes, "byte"),
        batches(partition.batches),
        counted(partition.records, "record"),
    )
}

/// Formats 0 and 1 came before Kafka 0.11.
fn legacy(partition: &Partition) -> String {
    let formats: Vec<String> = partition
        .legacy_messages
        .iter()
        .map(|(magic, count)| format!("{} of message format {magic}", counted(*count, "message")))
        .collect();
    format!(
        "{}, as Kafka wrote them before 0.11: only their checksums were computed",
        listed(&formats)
    )
}

/// `1 batch`, `2 batches`.
fn batches(count: u64) -> String {
    match count {
        1 => "1 batch".to_owned(),
        _ => format!("{} batches", grouped(count)),
    }
}

fn offsets(partition: &Partition, producers: &[Producer]) -> String {
    let mut description = Vec::new();
    description.extend(partition.start.map(|start| format!("start {start}")));
    description.extend(
        partition
            .last_stable
            .map(|offset| format!("last stable {offset}")),
    );
    description.push(format!("end {}", partition.end));
    let open = producers
        .iter()
        .filter(|it| it.open_since.is_some())
        .count() as u64;
    let transactions = match (open, partition.aborted) {
        (0, 0) => String::new(),
        (open, 0) => format!("; {} open", counted(open, "transaction")),
        (0, aborted) => format!("; {} aborted", counted(aborted, "transaction")),
        (open, aborted) => format!(
            "; {} open, {} aborted",
            counted(open, "transaction"),
            grouped(aborted)
        ),
    };
    description.join(", ") + &transactions
}

/// The file is named once where it says all.
fn checkpoints(checkpoints: &[Checkpoint]) -> String {
    let one = |(index, it): (usize, &Checkpoint)| {
        let next = checkpoints.get(index + 1);
        match next.is_some_and(|next| next.file == it.file) {
            true => format!("{} {}", it.what, it.offset),
            false => format!("{} {} ({})", it.what, it.offset, name(&it.file)),
        }
    };
    let description: Vec<String> = checkpoints.iter().enumerate().map(one).collect();
    description.join(", ")
}

fn epochs(partition: &Partition) -> String {
    let description = |epochs: &[LeaderEpoch]| {
        let one = |it: &LeaderEpoch| format!("{} from {}", it.epoch, it.start_offset);
        epochs.iter().map(one).collect::<Vec<_>>().join(", ")
    };
    let batches = description(&partition.leader_epochs);
    match &partition.leader_epoch_checkpoint {
        None => batches,
        Some(said) if *said == partition.leader_epochs => {
            format!("{batches}; leader-epoch-checkpoint says the same")
        }
        // Batches of an epoch may be gone while the file remembers where it began.
        Some(said) => format!("{batches}; leader-epoch-checkpoint: {}", description(said)),
    }
}

fn gaps(partition: &Partition) -> String {
    let between = match partition.gaps_between {
        0 => String::new(),
        between => format!(", {} of them between segments", grouped(between)),
    };
    // A segment of ours ends where the next one begins, so that a lost one is noticed.
    let lost = match partition.writer {
        Writer::Kafka => ", so does a file that is lost",
        Writer::Plimsoll => "",
    };
    format!(
        "{} below the end in no batch{between}: compaction leaves that{lost}",
        counted(partition.gaps, "offset")
    )
}

fn recovered(partition: &Partition, recovery: &Recovery) -> Vec<String> {
    let opens = match recovery {
        Recovery::Refuses { error } => {
            return vec![format!("would refuse the log and cut nothing off: {error}")];
        }
        Recovery::Opens(opens) => opens,
    };
    let mut description = vec![reading(partition, opens)];
    let reason = opens.reason.as_ref();
    description.extend(reason.map(|reason| cutting(opens, reason)));
    description.extend(tidying(opens));
    description.extend(kafkas(partition));
    description
}

fn reading(partition: &Partition, opens: &Opens) -> String {
    let again = match opens.written_again {
        true => ", and write it again, since a sync had failed",
        false => "",
    };
    let from = match (partition.writer, opens.recovery_point) {
        (Writer::Plimsoll, point @ 1..) => format!(" from offset {point} on"),
        _ => String::new(),
    };
    let keep = match opens.reason {
        None => "keep all of it".to_owned(),
        Some(_) => format!("keep what is below offset {}", opens.log_end_offset),
    };
    match opens.scanned_bytes {
        0 => format!("would have nothing to read{from}{again} and {keep}"),
        bytes => format!(
            "would read {}{from}{again} and {keep}",
            counted(bytes, "byte")
        ),
    }
}

fn cutting(opens: &Opens, reason: &str) -> String {
    let behind = match opens.removed.len() {
        0 => String::new(),
        count => {
            let bytes = opens.removed.iter().map(|it| it.bytes).sum();
            format!(
                ", and remove {} behind it ({})",
                counted(count as u64, "segment"),
                counted(bytes, "byte")
            )
        }
    };
    format!(
        "would cut {} off {} behind byte {}{behind}, because {reason}",
        counted(opens.cut_bytes, "byte"),
        name(&opens.file),
        opens.kept_bytes,
    )
}

/// What a crash had left half done.
fn tidying(opens: &Opens) -> Vec<String> {
    let all = [
        (
            "would carry through the compaction of",
            &opens.finished_swaps,
        ),
        ("would remove, below the log's start,", &opens.deleted),
        ("would remove what a crash left:", &opens.leftovers),
    ];
    all.iter()
        .filter(|(_, files)| !files.is_empty())
        .map(|(does, files)| {
            let names: Vec<String> = files.iter().map(|file| name(file).to_owned()).collect();
            format!("{does} {}", listed(&names))
        })
        .collect()
}

/// This is told of our recovery, which has no checkpoint to go by in Kafka's directory.
fn kafkas(partition: &Partition) -> Option<String> {
    if partition.writer != Writer::Kafka {
        return None;
    }
    let point = partition
        .checkpoints
        .iter()
        .find(|it| it.what == "recovery point");
    Some(match (partition.clean_shutdown, point) {
        (true, _) => {
            "Kafka itself would read nothing: its mark of an orderly stop is there".to_owned()
        }
        (false, Some(point)) => format!(
            "Kafka itself would read from the segment that holds its recovery point {} on",
            point.offset
        ),
        (false, None) => {
            "Kafka itself would read all of it, for it has no recovery point here".to_owned()
        }
    })
}

fn table(segments: &[Segment]) -> Table {
    let mut table = Table::new();
    table.load_style(presets::NOTHING);
    table.add_row([
        "segment",
        "bytes",
        "batches",
        "records",
        "end offset",
        "index",
        "time index",
        "first time (UTC)",
        "last time (UTC)",
    ]);
    for segment in segments {
        let index = |index: &Option<Index>| match index {
            None => "–".to_owned(),
            Some(index) if index.wrong > 0 => format!("{} ({} wrong)", index.entries, index.wrong),
            Some(index) if index.stale > 0 => format!("{} ({} stale)", index.entries, index.stale),
            Some(index) => index.entries.to_string(),
        };
        let time = |ms: Option<i64>| ms.map_or_else(|| "–".to_owned(), utc);
        let row = [
            segment.base_offset.to_string(),
            segment.bytes.to_string(),
            segment.batches.to_string(),
            segment.records.to_string(),
            segment.end_offset.to_string(),
            index(&segment.index),
            index(&segment.time_index),
            time(segment.min_timestamp_ms),
            time(segment.max_timestamp_ms),
        ];
        table.add_row(right(row));
    }
    table
}

fn right<const N: usize>(row: [String; N]) -> [Cell; N] {
    row.map(|text| Cell::new(text).set_alignment(CellAlignment::Right))
}

fn wrong_indexes(text: &mut String, writer: Writer, segment: &Segment) {
    let indexes = [
        ("index", &segment.index),
        ("timeindex", &segment.time_index),
    ];
    for (ending, index) in indexes {
        let Some(first) = index.as_ref().and_then(|index| index.first_wrong.as_ref()) else {
            continue;
        };
        let then = match writer {
            Writer::Plimsoll => {
                "; it is believed only where the checkpoint has its checksum, and rebuilt otherwise"
            }
            Writer::Kafka => "; remove it while the broker is down, and the broker makes it anew",
        };
        let file = name(&segment.file).trim_end_matches("log");
        let description = format!("{file}{ending} contradicts its segment: {first}{then}");
        line(text, "index", &description);
    }
}

fn stale_times(text: &mut String, segment: &Segment) {
    let stale = segment.time_index.as_ref().map_or(0, |index| index.stale);
    if stale > 0 {
        let file = name(&segment.file).trim_end_matches("log");
        let (entries, lie) = match stale {
            1 => ("the last entry".to_owned(), "lies"),
            _ => (format!("the last {stale} entries"), "lie"),
        };
        let description = format!(
            "{entries} of {file}timeindex {lie} behind the segment's end, as a truncation leaves that"
        );
        line(text, "index", &description);
    }
}

fn producer_table(producers: &[Producer]) -> Table {
    let mut table = Table::new();
    table.load_style(presets::NOTHING);
    table.add_row([
        "producer",
        "epoch",
        "last sequence",
        "last offset",
        "coordinator epoch",
        "open since",
        "last seen (UTC)",
    ]);
    let or_dash = |number: i64| match number {
        ..0 => "–".to_owned(),
        number => number.to_string(),
    };
    for producer in producers {
        table.add_row(right([
            producer.producer_id.to_string(),
            producer.epoch.to_string(),
            or_dash(producer.last_sequence.into()),
            or_dash(producer.last_offset.unwrap_or(-1)),
            or_dash(producer.coordinator_epoch.into()),
            or_dash(producer.open_since.unwrap_or(-1)),
            utc(producer.last_timestamp_ms),
        ]));
    }
    table
}

fn damaged(text: &mut String, count: u64, damages: &[Damage]) {
    if count == 0 {
        return;
    }
    text.push('\n');
    for damage in damages {
        let offset = damage
            .offset
            .map_or_else(String::new, |offset| format!(", offset {offset}"));
        let description = format!(
            "{}, byte {}{offset}: expected {}, found {}",
            damage.file, damage.byte, damage.expected, damage.found
        );
        line(text, "damaged", &description);
    }
    if count > DAMAGE_LISTED_MAX as u64 {
        let more = grouped(count - DAMAGE_LISTED_MAX as u64);
        line(text, "damaged", &format!("and {more} places more"));
    }
}

fn indented(table: &Table) -> String {
    let lines = table.lines().map(|line| format!(" {}\n", line.trim_end()));
    lines.collect()
}
