//! Compression of a batch's records.

use std::borrow::Cow;

use super::{BatchError, Compression};

/// The records as they stand in the batch.
pub(super) fn compress(codec: Compression, records: Vec<u8>) -> Result<Vec<u8>, BatchError> {
    match codec {
        Compression::None => Ok(records),
        Compression::Unknown(codec) => Err(BatchError::Codec(codec)),
        _ => Err(BatchError::Unwritable("compression")),
    }
}

/// The records as they were before.
pub(super) fn decompress(codec: Compression, bytes: &[u8]) -> Result<Cow<'_, [u8]>, BatchError> {
    match codec {
        Compression::None => Ok(Cow::Borrowed(bytes)),
        Compression::Unknown(codec) => Err(BatchError::Codec(codec)),
        codec => Err(BatchError::Decompress {
            codec,
            what: "not yet".to_owned(),
        }),
    }
}
