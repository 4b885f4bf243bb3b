//! What Kafka's own dump tool (`kafka.tools.DumpLogSegments --deep-iteration`) says of segments.

use plimsoll_log::Batch;

/// A file that was dumped.
#[derive(Debug)]
pub struct DumpedFile {
    /// Its path.
    pub file: String,
    /// Its batches, in order.
    pub batches: Vec<DumpedBatch>,
    /// Whatever else was said: of an index, or of something that is wrong.
    pub other: Vec<String>,
}

/// The line of a batch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DumpedBatch {
    /// Offsets of the first and the last record.
    pub offsets: (i64, i64),
    /// Records in it.
    pub count: i32,
    /// Sequence numbers of the first and the last record.
    pub sequences: (i32, i32),
    /// Id and epoch of the producer.
    pub producer: (i64, i16),
    /// Epoch of the leader.
    pub leader_epoch: i32,
    /// Whether it belongs to a transaction.
    pub transactional: bool,
    /// Whether it holds a marker.
    pub control: bool,
    /// In milliseconds since the epoch.
    pub delete_horizon_ms: Option<i64>,
    /// Of its first byte in the file.
    pub position: u64,
    /// The latest time, in milliseconds since the epoch.
    pub timestamp_ms: i64,
    /// Whether that is the time of the broker.
    pub append_time: bool,
    /// Its length in bytes.
    pub size: usize,
    /// `none`, `gzip`, `snappy`, `lz4` or `zstd`.
    pub codec: String,
    /// The checksum in its header.
    pub checksum: u32,
    /// Whether Kafka finds that it fits the bytes.
    pub valid: bool,
    /// The lines of its records.
    pub records: Vec<String>,
}

/// The word after `label`.
pub fn word<'a>(line: &'a str, label: &str) -> &'a str {
    let found = line
        .split_once(&format!("{label}: "))
        .and_then(|(_, rest)| rest.split_whitespace().next());
    found.unwrap_or_else(|| panic!("no {label}: {line}"))
}

/// The number after `label`.
pub fn number<T: std::str::FromStr>(line: &str, label: &str) -> T {
    let word = word(line, label);
    word.parse()
        .unwrap_or_else(|_| panic!("{label} is no such number: {line}"))
}

/// All that a dump says.
pub fn dumped(text: &str) -> Vec<DumpedFile> {
    let mut files: Vec<DumpedFile> = Vec::new();
    for line in text.lines() {
        if let Some(file) = line.strip_prefix("Dumping ") {
            files.push(DumpedFile {
                file: file.to_owned(),
                batches: Vec::new(),
                other: Vec::new(),
            });
            continue;
        }
        let Some(file) = files.last_mut() else {
            continue;
        };
        match file.batches.last_mut() {
            _ if line.starts_with("baseOffset: ") => file.batches.push(DumpedBatch::read(line)),
            Some(batch) if line.starts_with("| offset: ") => batch.records.push(line.to_owned()),
            _ if line.starts_with("Log starting offset: ") => {}
            _ => file.other.push(line.to_owned()),
        }
    }
    files
}

impl DumpedBatch {
    fn read(line: &str) -> DumpedBatch {
        let append_time = line.contains(" LogAppendTime: ");
        let time = match append_time {
            true => "LogAppendTime",
            false => "CreateTime",
        };
        let horizon = word(line, "deleteHorizonMs");
        let horizon = horizon
            .strip_prefix("OptionalLong[")
            .and_then(|rest| rest.strip_suffix(']')?.parse().ok());
        DumpedBatch {
            offsets: (number(line, "baseOffset"), number(line, "lastOffset")),
            count: number(line, "count"),
            sequences: (number(line, "baseSequence"), number(line, "lastSequence")),
            producer: (number(line, "producerId"), number(line, "producerEpoch")),
            leader_epoch: number(line, "partitionLeaderEpoch"),
            transactional: number(line, "isTransactional"),
            control: number(line, "isControl"),
            delete_horizon_ms: horizon,
            position: number(line, "position"),
            timestamp_ms: number(line, time),
            append_time,
            size: number(line, "size"),
            codec: word(line, "compresscodec").to_owned(),
            checksum: number(line, "crc"),
            valid: number(line, "isvalid"),
            records: Vec::new(),
        }
    }

    /// What the tool should say of a batch of ours at this byte of a file, its records aside.
    pub fn of(batch: &Batch, position: u64) -> DumpedBatch {
        let header = batch.header();
        let attributes = header.attributes;
        DumpedBatch {
            offsets: (header.base_offset, header.last_offset()),
            count: header.records_count,
            sequences: (header.base_sequence, header.last_sequence()),
            producer: (header.producer_id, header.producer_epoch),
            leader_epoch: header.leader_epoch,
            transactional: attributes.is_transactional(),
            control: attributes.is_control(),
            delete_horizon_ms: header.delete_horizon_ms(),
            position,
            timestamp_ms: header.max_timestamp_ms,
            append_time: attributes.is_append_time(),
            size: batch.bytes().len(),
            codec: attributes.compression().to_string(),
            checksum: header.checksum,
            valid: true,
            records: Vec::new(),
        }
    }
}
