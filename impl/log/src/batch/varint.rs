//! Zig-zag variable length integers, as in the record format: seven bits a byte, the lowest first.

/// Appends `value`.
pub(super) fn put(out: &mut Vec<u8>, value: i64) {
    let mut rest = ((value << 1) ^ (value >> 63)) as u64;
    while rest >= 0x80 {
        out.push((rest as u8) | 0x80);
        rest >>= 7;
    }
    out.push(rest as u8);
}

/// Takes a 64-bit value from the front of `bytes`; none if it is cut off or has more than 64 bits.
pub(super) fn take_long(bytes: &mut &[u8]) -> Option<i64> {
    let mut value = 0u64;
    for shift in (0..64).step_by(7) {
        let (&byte, rest) = bytes.split_first()?;
        *bytes = rest;
        let bits = u64::from(byte & 0x7f);
        if (bits << shift) >> shift != bits {
            return None;
        }
        value |= bits << shift;
        if byte & 0x80 == 0 {
            return Some(((value >> 1) as i64) ^ -((value & 1) as i64));
        }
    }
    None
}

/// Takes a 32-bit value from the front of `bytes`; none if it is cut off or does not fit.
pub(super) fn take(bytes: &mut &[u8]) -> Option<i32> {
    i32::try_from(take_long(bytes)?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_encodings() {
        let cases: [(i64, &[u8]); 8] = [
            (0, &[0]),
            (-1, &[1]),
            (1, &[2]),
            (63, &[0x7e]),
            (-64, &[0x7f]),
            (64, &[0x80, 1]),
            (i64::from(i32::MAX), &[0xfe, 0xff, 0xff, 0xff, 0x0f]),
            (
                i64::MIN,
                &[0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1],
            ),
        ];
        for (value, encoded) in cases {
            let mut out = Vec::new();
            put(&mut out, value);
            assert_eq!(out, encoded);
            let mut rest = encoded;
            assert_eq!(take_long(&mut rest), Some(value));
            assert!(rest.is_empty());
        }
    }

    #[test]
    fn cut_off_and_oversized_values_are_refused() {
        assert_eq!(take_long(&mut [].as_slice()), None);
        assert_eq!(take_long(&mut [0x80].as_slice()), None);
        assert_eq!(take_long(&mut [0xff; 11].as_slice()), None);
        assert_eq!(
            take_long(&mut [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 2].as_slice()),
            None
        );
        let mut too_wide = Vec::new();
        put(&mut too_wide, i64::from(i32::MAX) + 1);
        assert_eq!(take(&mut too_wide.as_slice()), None);
    }
}
