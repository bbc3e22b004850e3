//! The framing of messages in an event file, TensorFlow's `TFRecord`.

use crc::{CRC_32_ISCSI, Crc};

/// CRC-32C, with Castagnoli's polynomial (RFC 3720).
const CASTAGNOLI: Crc<u32> = Crc::<u32>::new(&CRC_32_ISCSI);

/// The format adds this to a rotated checksum, because a CRC of data that contain CRCs is weak.
const MASK: u32 = 0xa282_ead8;

/// Returns a message in its frame: length (`u64`), checksum of the length (`u32`), message, checksum of the
/// message (`u32`), all little-endian.
pub fn framed(message: &[u8]) -> Vec<u8> {
    let length = (message.len() as u64).to_le_bytes();
    let parts = [&length, &masked(&length).to_le_bytes()[..], message, &masked(message).to_le_bytes()];
    parts.concat()
}

fn masked(bytes: &[u8]) -> u32 {
    CASTAGNOLI.checksum(bytes).rotate_right(15).wrapping_add(MASK)
}

#[cfg(test)]
pub mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Returns the messages of a file after comparing each with its checksums.
    pub fn unframed(mut bytes: &[u8]) -> Vec<Vec<u8>> {
        let mut messages = Vec::new();
        while !bytes.is_empty() {
            let (length, rest) = bytes.split_at(8);
            let (length_sum, rest) = rest.split_at(4);
            let (message, rest) = rest.split_at(u64::from_le_bytes(length.try_into().unwrap()) as usize);
            let (message_sum, rest) = rest.split_at(4);
            assert_eq!(length_sum, masked(length).to_le_bytes(), "checksum of a length");
            assert_eq!(message_sum, masked(message).to_le_bytes(), "checksum of a message");
            messages.push(message.to_vec());
            bytes = rest;
        }
        messages
    }

    #[test]
    fn checksums_are_those_of_rfc_3720() {
        let ascending: Vec<u8> = (0..32).collect();
        let descending: Vec<u8> = (0..32).rev().collect();
        let cases: [(&[u8], u32); 5] = [
            (&[0; 32], 0x8a91_36aa),
            (&[0xff; 32], 0x62a8_ab43),
            (&ascending, 0x46dd_794e),
            (&descending, 0x113f_db5c),
            (b"123456789", 0xe306_9283),
        ];
        for (bytes, sum) in cases {
            assert_eq!(CASTAGNOLI.checksum(bytes), sum, "{bytes:?}");
        }
    }

    #[test]
    fn a_frame_is_what_tensorflow_writes() {
        // The first bytes of every event file: its first message has 24 bytes.
        assert_eq!(framed(&[0; 24])[..12], [24, 0, 0, 0, 0, 0, 0, 0, 0xa3, 0x7f, 0x4b, 0x22]);
        let empty = [0, 0, 0, 0, 0, 0, 0, 0, 0x29, 0x03, 0x98, 0x07, 0xd8, 0xea, 0x82, 0xa2];
        assert_eq!(framed(b""), empty);
    }

    proptest! {
        #[test]
        fn messages_come_out_of_their_frames(
            messages in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..99), 0..9),
        ) {
            let bytes: Vec<u8> = messages.iter().flat_map(|message| framed(message)).collect();
            prop_assert_eq!(unframed(&bytes), messages);
        }
    }
}
