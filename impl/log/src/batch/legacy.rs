//! Messages of formats 0 and 1, which Kafka wrote before 0.11: told from damage, never decoded.

use super::MAX_BATCH_BYTES;
use super::header::{BEFORE_LENGTH, MAGIC_AT};

/// Where the cover of a message's CRC-32 begins.
const CRC_FROM: usize = 16;

/// A message of format 0 or 1 (`LegacyRecord`) whose checksum is right.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LegacyMessage {
    /// The format: 0 or 1.
    pub magic: i8,
    /// Its offset; of a compressed message, that of the last one in it.
    pub offset: i64,
    /// Its length, offset and all.
    pub bytes: usize,
}

impl LegacyMessage {
    /// How long the message is that begins here, if its format and length can be those of one.
    pub fn claimed_bytes(bytes: &[u8]) -> Option<usize> {
        let least = match bytes.get(MAGIC_AT)? {
            0 => 14,
            1 => 22,
            _ => return None,
        };
        let length = i32::from_be_bytes(*bytes.get(8..BEFORE_LENGTH)?.first_chunk()?);
        let length = usize::try_from(length).ok()?;
        (least..=MAX_BATCH_BYTES)
            .contains(&length)
            .then_some(BEFORE_LENGTH + length)
    }

    /// The message at the front of `bytes`; none if there is no such message, or not all of it.
    pub fn read(bytes: &[u8]) -> Option<LegacyMessage> {
        let message = bytes.get(..LegacyMessage::claimed_bytes(bytes)?)?;
        let stored = u32::from_be_bytes(*message.get(BEFORE_LENGTH..)?.first_chunk()?);
        let mut computed = flate2::Crc::new();
        computed.update(message.get(CRC_FROM..)?);
        let offset = i64::from_be_bytes(*message.first_chunk()?);
        (computed.sum() == stored && offset >= 0).then_some(LegacyMessage {
            magic: *message.get(MAGIC_AT)? as i8,
            offset,
            bytes: message.len(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(magic: u8, body: &[u8]) -> Vec<u8> {
        let covered = [&[magic, 0], body].concat();
        let mut crc = flate2::Crc::new();
        crc.update(&covered);
        let length = (covered.len() as i32 + 4).to_be_bytes();
        [
            &7i64.to_be_bytes()[..],
            &length,
            &crc.sum().to_be_bytes(),
            &covered,
        ]
        .concat()
    }

    #[test]
    fn both_formats_are_known_by_their_checksum() {
        let key_and_value = [0xff, 0xff, 0xff, 0xff, 0, 0, 0, 1, b'v'];
        let timed = [&[0; 8][..], &key_and_value].concat();
        for (magic, body) in [(0, &key_and_value[..]), (1, &timed)] {
            let bytes = message(magic, body);
            let found = LegacyMessage::read(&[&bytes[..], b"what follows"].concat());
            let (magic, offset) = (magic as i8, 7);
            let expected = LegacyMessage {
                magic,
                offset,
                bytes: bytes.len(),
            };
            assert_eq!(found, Some(expected));
            let mut flipped = bytes.clone();
            flipped[bytes.len() - 1] ^= 1;
            assert_eq!(LegacyMessage::read(&flipped), None);
            assert_eq!(LegacyMessage::read(&bytes[..bytes.len() - 1]), None);
        }
        assert_eq!(LegacyMessage::read(&[0; 100]), None, "zeros are no message");
        assert_eq!(LegacyMessage::read(&message(2, &timed)), None);
    }
}
