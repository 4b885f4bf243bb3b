//! Compression of a batch's records: what Kafka's producers write, and nothing that could not have been uncompressed.
//!
//! A few bytes can claim to be gigabytes. So the records may take [`MAX_BATCH_BYTES`] when decompressed, what an
//! uncompressed batch may take, and nothing is allocated because a header says so: the output grows as it is made.

use std::borrow::Cow;
use std::io::{Read, Write};

use flate2::read::MultiGzDecoder;
use flate2::write::GzEncoder;
use lz4_flex::frame::{BlockSize, FrameDecoder, FrameEncoder, FrameInfo};
use ruzstd::decoding::BlockDecodingStrategy;
use ruzstd::encoding::{CompressionLevel, compress_to_vec};

use super::{BatchError, Compression, MAX_BATCH_BYTES};

/// Most bytes of records that are decompressed.
const LIMIT: usize = MAX_BATCH_BYTES;

/// What snappy-java puts before its blocks: a magic, its version, and the lowest version that can read it.
const XERIAL_MAGIC: [u8; 8] = [0x82, b'S', b'N', b'A', b'P', b'P', b'Y', 0];
const XERIAL_HEADER: [u8; 16] = {
    let [a, b, c, d, e, f, g, h] = XERIAL_MAGIC;
    [a, b, c, d, e, f, g, h, 0, 0, 0, 1, 0, 0, 0, 1]
};
/// The size of snappy-java's blocks.
const XERIAL_BLOCK: usize = 32 << 10;
/// A snappy element of three bytes makes 64 at most, so no block can grow by more than this.
const SNAPPY_MOST_GROWTH: usize = 22;
/// The largest window of the levels that a producer can choose (KIP-390: up to 22). It is not allocated ahead.
const ZSTD_MOST_WINDOW: u64 = 128 << 20;

fn malformed(codec: Compression, why: impl ToString) -> BatchError {
    BatchError::Decompress {
        codec,
        what: why.to_string(),
    }
}

fn bomb(codec: Compression) -> BatchError {
    let limit = LIMIT;
    BatchError::Bomb { codec, limit }
}

/// The records as they stand in the batch.
pub(super) fn compress(codec: Compression, records: Vec<u8>) -> Result<Vec<u8>, BatchError> {
    // Writing to memory fails for no other reason than a length that the codec cannot say.
    let failed = |_| BatchError::Unwritable("the codec refused the records");
    match codec {
        Compression::None => Ok(records),
        _ if records.is_empty() => Ok(records),
        Compression::Gzip => {
            let mut out = GzEncoder::new(Vec::new(), flate2::Compression::default());
            out.write_all(&records).map_err(failed)?;
            out.finish().map_err(failed)
        }
        Compression::Snappy => xerial(&records),
        Compression::Lz4 => {
            // Kafka's reader knows independent blocks only.
            let info = FrameInfo::new().block_size(BlockSize::Max64KB);
            let mut out = FrameEncoder::with_frame_info(info, Vec::new());
            out.write_all(&records).map_err(failed)?;
            let refused = |_| BatchError::Unwritable("the codec refused the records");
            out.finish().map_err(refused)
        }
        Compression::Zstd => Ok(compress_to_vec(
            records.as_slice(),
            CompressionLevel::Fastest,
        )),
        Compression::Unknown(codec) => Err(BatchError::Codec(codec)),
    }
}

fn xerial(records: &[u8]) -> Result<Vec<u8>, BatchError> {
    let mut out = XERIAL_HEADER.to_vec();
    let mut encoder = snap::raw::Encoder::new();
    for block in records.chunks(XERIAL_BLOCK) {
        let block = encoder
            .compress_vec(block)
            .map_err(|_| BatchError::Unwritable("the codec refused the records"))?;
        out.extend_from_slice(&(block.len() as u32).to_be_bytes());
        out.extend_from_slice(&block);
    }
    Ok(out)
}

/// The records as they were before.
pub(super) fn decompress(codec: Compression, bytes: &[u8]) -> Result<Cow<'_, [u8]>, BatchError> {
    if bytes.is_empty() {
        return Ok(Cow::Borrowed(bytes));
    }
    match codec {
        Compression::None => Ok(Cow::Borrowed(bytes)),
        Compression::Gzip => read_all(codec, MultiGzDecoder::new(bytes)),
        Compression::Snappy => unsnappy(bytes),
        Compression::Lz4 => read_all(codec, FrameDecoder::new(bytes)),
        Compression::Zstd => unzstd(bytes),
        Compression::Unknown(codec) => Err(BatchError::Codec(codec)),
    }
}

fn read_all(codec: Compression, from: impl Read) -> Result<Cow<'static, [u8]>, BatchError> {
    let mut out = Vec::new();
    from.take(LIMIT as u64 + 1)
        .read_to_end(&mut out)
        .map_err(|why| malformed(codec, why))?;
    match out.len() > LIMIT {
        true => Err(bomb(codec)),
        false => Ok(out.into()),
    }
}

/// Both what librdkafka once wrote, one block and nothing else, and snappy-java's stream of blocks.
fn unsnappy(bytes: &[u8]) -> Result<Cow<'static, [u8]>, BatchError> {
    let cut = || malformed(Compression::Snappy, "a block is cut off");
    let mut out = Vec::new();
    if !bytes.starts_with(&XERIAL_MAGIC) {
        put_block(bytes, &mut out)?;
        return Ok(out.into());
    }
    let mut rest = bytes.get(XERIAL_HEADER.len()..).ok_or_else(cut)?;
    while !rest.is_empty() {
        let (length, after) = rest.split_first_chunk().ok_or_else(cut)?;
        let length = u32::from_be_bytes(*length) as usize;
        let (block, after) = after.split_at_checked(length).ok_or_else(cut)?;
        put_block(block, &mut out)?;
        rest = after;
    }
    Ok(out.into())
}

fn put_block(block: &[u8], out: &mut Vec<u8>) -> Result<(), BatchError> {
    let codec = Compression::Snappy;
    let length = snap::raw::decompress_len(block).map_err(|why| malformed(codec, why))?;
    if length > block.len().saturating_mul(SNAPPY_MOST_GROWTH) {
        return Err(malformed(codec, "a block claims more than it can hold"));
    }
    if out.len() + length > LIMIT {
        return Err(bomb(codec));
    }
    let begin = out.len();
    out.resize(begin + length, 0);
    let written = snap::raw::Decoder::new()
        .decompress(block, &mut out[begin..])
        .map_err(|why| malformed(codec, why))?;
    out.truncate(begin + written);
    Ok(())
}

fn unzstd(mut bytes: &[u8]) -> Result<Cow<'static, [u8]>, BatchError> {
    let codec = Compression::Zstd;
    let mut out = Vec::new();
    while !bytes.is_empty() {
        // A new decoder for each frame: one that is used again allocates the window that the header claims.
        let mut frame = ruzstd::decoding::FrameDecoder::new();
        frame.set_max_window_size(ZSTD_MOST_WINDOW);
        frame
            .init(&mut bytes)
            .map_err(|why| malformed(codec, why))?;
        let room = LIMIT - out.len();
        let ended = frame
            .decode_blocks(&mut bytes, BlockDecodingStrategy::UptoBytes(room + 1))
            .map_err(|why| malformed(codec, why))?;
        if !ended || frame.can_collect() > room {
            return Err(bomb(codec));
        }
        out.extend(frame.collect().unwrap_or_default());
        let stored = frame.get_checksum_from_data();
        if stored.is_some() && stored != frame.get_calculated_checksum() {
            return Err(malformed(codec, "its checksum is wrong"));
        }
    }
    Ok(out.into())
}
