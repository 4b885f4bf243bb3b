//! Kafka's primitive types: big-endian integers, strings with a 16-bit or a compact length, tagged fields.

use super::CodecError;
use crate::record::{Bytes, Text};

/// Takes fields off the front of a slice.
pub(super) struct Reader<'a> {
    rest: &'a [u8],
}

impl<'a> Reader<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Reader<'a> {
        Reader { rest: bytes }
    }

    fn take(&mut self, what: &'static str, length: usize) -> Result<&'a [u8], CodecError> {
        let (taken, rest) = self
            .rest
            .split_at_checked(length)
            .ok_or(CodecError::Short { what })?;
        self.rest = rest;
        Ok(taken)
    }

    pub(super) fn array<const N: usize>(
        &mut self,
        what: &'static str,
    ) -> Result<[u8; N], CodecError> {
        let (taken, rest) = self
            .rest
            .split_first_chunk()
            .ok_or(CodecError::Short { what })?;
        self.rest = rest;
        Ok(*taken)
    }

    pub(super) fn i16(&mut self, what: &'static str) -> Result<i16, CodecError> {
        self.array(what).map(i16::from_be_bytes)
    }

    pub(super) fn i32(&mut self, what: &'static str) -> Result<i32, CodecError> {
        self.array(what).map(i32::from_be_bytes)
    }

    pub(super) fn i64(&mut self, what: &'static str) -> Result<i64, CodecError> {
        self.array(what).map(i64::from_be_bytes)
    }

    fn unsigned_varint(&mut self, what: &'static str) -> Result<u32, CodecError> {
        let mut value = 0u64;
        for shift in (0..35).step_by(7) {
            let [byte] = self.array(what)?;
            value |= u64::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                return u32::try_from(value).map_err(|_| CodecError::Short { what });
            }
        }
        Err(CodecError::Short { what })
    }

    /// A count of things that take at least one byte each: more than there are bytes is impossible.
    fn bounded(&self, what: &'static str, count: usize) -> Result<usize, CodecError> {
        if count > self.rest.len() {
            return Err(CodecError::Short { what });
        }
        Ok(count)
    }

    /// What is no UTF-8 becomes U+FFFD, as in Kafka, whose clients and brokers never look whether a name is text.
    fn string(&mut self, what: &'static str, length: usize) -> Result<Text, CodecError> {
        Ok(String::from_utf8_lossy(self.take(what, length)?).into())
    }

    /// A string that may be null (length −1).
    pub(super) fn nullable_text(&mut self, what: &'static str) -> Result<Option<Text>, CodecError> {
        match self.i16(what)? {
            -1 => Ok(None),
            length => {
                let length = usize::try_from(length).map_err(|_| CodecError::Short { what })?;
                self.string(what, length).map(Some)
            }
        }
    }

    pub(super) fn text(&mut self, what: &'static str) -> Result<Text, CodecError> {
        self.nullable_text(what)?
            .ok_or(CodecError::NotText { what })
    }

    /// A string whose length plus one comes as an unsigned varint; 0 is null.
    pub(super) fn nullable_compact_text(
        &mut self,
        what: &'static str,
    ) -> Result<Option<Text>, CodecError> {
        match self.unsigned_varint(what)? {
            0 => Ok(None),
            length => self.string(what, length as usize - 1).map(Some),
        }
    }

    pub(super) fn compact_text(&mut self, what: &'static str) -> Result<Text, CodecError> {
        self.nullable_compact_text(what)?
            .ok_or(CodecError::NotText { what })
    }

    pub(super) fn bytes(&mut self, what: &'static str) -> Result<Bytes, CodecError> {
        let length = usize::try_from(self.i32(what)?).map_err(|_| CodecError::Short { what })?;
        self.take(what, length).map(Into::into)
    }

    pub(super) fn compact_bytes(&mut self, what: &'static str) -> Result<Bytes, CodecError> {
        let length = self
            .unsigned_varint(what)?
            .checked_sub(1)
            .ok_or(CodecError::Short { what })?;
        self.take(what, length as usize).map(Into::into)
    }

    pub(super) fn count(&mut self, what: &'static str) -> Result<usize, CodecError> {
        let count = usize::try_from(self.i32(what)?).map_err(|_| CodecError::Short { what })?;
        self.bounded(what, count)
    }

    pub(super) fn compact_count(&mut self, what: &'static str) -> Result<usize, CodecError> {
        let count = self
            .unsigned_varint(what)?
            .checked_sub(1)
            .ok_or(CodecError::Short { what })?;
        self.bounded(what, count as usize)
    }

    /// Calls `each` with the tag and the bytes of every tagged field; tags that nobody knows are meant to be skipped.
    pub(super) fn tagged(
        &mut self,
        mut each: impl FnMut(u32, Reader<'a>) -> Result<(), CodecError>,
    ) -> Result<(), CodecError> {
        let what = "tagged fields";
        for _ in 0..self.unsigned_varint(what)? {
            let tag = self.unsigned_varint(what)?;
            let length = self.unsigned_varint(what)?;
            each(tag, Reader::new(self.take(what, length as usize)?))?;
        }
        Ok(())
    }

    pub(super) fn end(self) -> Result<(), CodecError> {
        match self.rest.len() {
            0 => Ok(()),
            left => Err(CodecError::LeftOver { left }),
        }
    }
}

/// Appends fields to a buffer.
#[derive(Default)]
pub(super) struct Writer {
    out: Vec<u8>,
}

impl Writer {
    pub(super) fn into_bytes(self) -> Bytes {
        self.out.into()
    }

    pub(super) fn raw(&mut self, bytes: &[u8]) {
        self.out.extend_from_slice(bytes);
    }

    pub(super) fn i16(&mut self, value: i16) {
        self.raw(&value.to_be_bytes());
    }

    pub(super) fn i32(&mut self, value: i32) {
        self.raw(&value.to_be_bytes());
    }

    pub(super) fn i64(&mut self, value: i64) {
        self.raw(&value.to_be_bytes());
    }

    pub(super) fn unsigned_varint(&mut self, mut value: u32) {
        while value >= 0x80 {
            self.out.push(value as u8 | 0x80);
            value >>= 7;
        }
        self.out.push(value as u8);
    }

    pub(super) fn text(&mut self, what: &'static str, text: &str) -> Result<(), CodecError> {
        let length = text.len();
        self.i16(i16::try_from(length).map_err(|_| CodecError::TooLong { what, length })?);
        self.raw(text.as_bytes());
        Ok(())
    }

    pub(super) fn nullable_text(
        &mut self,
        what: &'static str,
        text: Option<&str>,
    ) -> Result<(), CodecError> {
        match text {
            Some(text) => self.text(what, text),
            None => {
                self.i16(-1);
                Ok(())
            }
        }
    }

    pub(super) fn compact_text(
        &mut self,
        what: &'static str,
        text: &str,
    ) -> Result<(), CodecError> {
        self.compact_count(what, text.len())?;
        self.raw(text.as_bytes());
        Ok(())
    }

    /// A count or length plus one, since 0 means null.
    pub(super) fn compact_count(
        &mut self,
        what: &'static str,
        length: usize,
    ) -> Result<(), CodecError> {
        let too_long = CodecError::TooLong { what, length };
        let plus_one = length.checked_add(1).and_then(|n| u32::try_from(n).ok());
        self.unsigned_varint(plus_one.ok_or(too_long)?);
        Ok(())
    }

    pub(super) fn count(&mut self, what: &'static str, length: usize) -> Result<(), CodecError> {
        self.i32(i32::try_from(length).map_err(|_| CodecError::TooLong { what, length })?);
        Ok(())
    }

    pub(super) fn bytes(&mut self, what: &'static str, bytes: &[u8]) -> Result<(), CodecError> {
        self.count(what, bytes.len())?;
        self.raw(bytes);
        Ok(())
    }
}
