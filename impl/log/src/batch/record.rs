//! One record: owned, borrowed from the bytes of a batch, and the bytes themselves.

use std::sync::Arc;

use super::varint;

/// A header of a record: a name, and bytes or none.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct RecordHeader {
    /// The name.
    pub key: Arc<str>,
    /// The value.
    pub value: Option<Arc<[u8]>>,
}

/// A record to be appended.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct NewRecord {
    /// Create time, in milliseconds since the epoch; none is that of the batch.
    pub timestamp_ms: Option<i64>,
    /// The key, which compaction goes by.
    pub key: Option<Arc<[u8]>>,
    /// The value; with a key, none is a tombstone.
    pub value: Option<Arc<[u8]>>,
    /// Headers, in order.
    pub headers: Vec<RecordHeader>,
}

/// A record read back.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Record {
    /// Its place in the partition.
    pub offset: i64,
    /// Create or append time, in milliseconds since the epoch.
    pub timestamp_ms: i64,
    /// The key.
    pub key: Option<Arc<[u8]>>,
    /// The value.
    pub value: Option<Arc<[u8]>>,
    /// Headers, in order.
    pub headers: Vec<RecordHeader>,
}

/// A record as it lies in a batch: nothing is copied.
#[derive(Clone, Copy, Debug)]
pub(super) struct RecordRef<'a> {
    pub timestamp_delta: i64,
    pub offset_delta: i32,
    pub key: Option<&'a [u8]>,
    pub value: Option<&'a [u8]>,
    headers: &'a [u8],
}

impl<'a> RecordRef<'a> {
    /// Takes a record from the front of `bytes`, headers checked.
    pub fn take(bytes: &mut &'a [u8]) -> Result<RecordRef<'a>, &'static str> {
        let record = RecordRef::take_any_text(bytes)?;
        let mut is_text = true;
        record.each_header(|key, _| is_text &= std::str::from_utf8(key).is_ok())?;
        match is_text {
            true => Ok(record),
            false => Err("header key is not UTF-8"),
        }
    }

    /// The same, whatever bytes the names of its headers are of: Kafka does not look.
    pub fn take_any_text(bytes: &mut &'a [u8]) -> Result<RecordRef<'a>, &'static str> {
        let mut body = take_block(bytes).flatten().ok_or("length")?;
        let (_attributes, rest) = body.split_first().ok_or("attributes")?;
        body = rest;
        let record = RecordRef {
            timestamp_delta: varint::take_long(&mut body).ok_or("timestamp delta")?,
            offset_delta: varint::take(&mut body).ok_or("offset delta")?,
            key: take_block(&mut body).ok_or("key")?,
            value: take_block(&mut body).ok_or("value")?,
            headers: body,
        };
        record.each_header(|_, _| {})?;
        Ok(record)
    }

    fn each_header(
        &self,
        mut each: impl FnMut(&'a [u8], Option<&'a [u8]>),
    ) -> Result<(), &'static str> {
        let mut body = self.headers;
        let count = varint::take(&mut body).ok_or("header count")?;
        let count = usize::try_from(count).map_err(|_| "header count")?;
        for _ in 0..count {
            let key = take_block(&mut body).flatten().ok_or("header key")?;
            each(key, take_block(&mut body).ok_or("header value")?);
        }
        match body.is_empty() {
            true => Ok(()),
            false => Err("bytes after the headers"),
        }
    }

    /// A copy that stands on its own; in the names of headers U+FFFD stands for what is no text.
    pub fn to_record(self, offset: i64, timestamp_ms: i64) -> Result<Record, &'static str> {
        // What `take` has counted is there: a header takes two bytes at least.
        let count = varint::take(&mut { self.headers }).ok_or("header count")?;
        let mut headers = Vec::with_capacity((count.max(0) as usize).min(self.headers.len() / 2));
        self.each_header(|key, value| {
            headers.push(RecordHeader {
                key: String::from_utf8_lossy(key).into(),
                value: value.map(Arc::from),
            });
        })?;
        Ok(Record {
            offset,
            timestamp_ms,
            key: self.key.map(Arc::from),
            value: self.value.map(Arc::from),
            headers,
        })
    }
}

/// Takes a length and as many bytes; `Some(None)` is the length −1, `None` is a length that cannot be.
fn take_block<'a>(bytes: &mut &'a [u8]) -> Option<Option<&'a [u8]>> {
    let length = varint::take(bytes)?;
    if length == -1 {
        return Some(None);
    }
    let (block, rest) = bytes.split_at_checked(usize::try_from(length).ok()?)?;
    *bytes = rest;
    Some(Some(block))
}

/// What is written of a record, wherever it comes from.
pub(super) struct Written<'a> {
    pub timestamp_delta: i64,
    pub offset_delta: i64,
    pub key: Option<&'a [u8]>,
    pub value: Option<&'a [u8]>,
    pub headers: &'a [RecordHeader],
}

impl Written<'_> {
    /// Appends the record with its length; `body` is room that is used again from record to record.
    pub fn put(&self, out: &mut Vec<u8>, body: &mut Vec<u8>) {
        body.clear();
        body.push(0); // attributes: none is defined
        varint::put(body, self.timestamp_delta);
        varint::put(body, self.offset_delta);
        put_bytes(body, self.key);
        put_bytes(body, self.value);
        varint::put(body, self.headers.len() as i64);
        for header in self.headers {
            put_bytes(body, Some(header.key.as_bytes()));
            put_bytes(body, header.value.as_deref());
        }
        varint::put(out, body.len() as i64);
        out.extend_from_slice(body);
    }
}

fn put_bytes(out: &mut Vec<u8>, bytes: Option<&[u8]>) {
    match bytes {
        None => varint::put(out, -1),
        Some(bytes) => {
            varint::put(out, bytes.len() as i64);
            out.extend_from_slice(bytes);
        }
    }
}
