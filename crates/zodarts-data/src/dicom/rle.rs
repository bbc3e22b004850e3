//! RLE Lossless: the bytes of all values by significance, each kind packed by runs (DICOM PS3.5, annex G).

/// Most segments of a frame.
const SEGMENTS: usize = 15;
/// Bytes of the table of segments.
const TABLE: usize = 4 * (SEGMENTS + 1);

/// The planes of a frame.
#[derive(Clone, Copy, Debug)]
pub(super) struct RleLayout {
    /// Values of a plane.
    pub area: usize,
    pub planes: usize,
    /// Bytes of a value.
    pub bytes: usize,
}

/// Returns the words of a frame plane by plane, or `None` if the data are damaged. `join` appends a less
/// significant byte to a word.
pub(super) fn decode<T: Copy + Default>(
    data: &[u8],
    layout: RleLayout,
    join: impl Fn(T, u8) -> T,
) -> Option<Vec<T>> {
    let RleLayout { area, planes, bytes } = layout;
    let table = data.get(..TABLE)?;
    let number = |at: usize| table[4 * at..][..4].try_into().map(u32::from_le_bytes).ok().map(|n| n as usize);
    let count = number(0)?;
    if count != planes * bytes || count > SEGMENTS {
        return None;
    }
    let mut words = Vec::with_capacity(planes * area);
    for plane in 0..planes {
        let start = words.len();
        // The most significant byte comes first.
        for at in plane * bytes..(plane + 1) * bytes {
            let start_of_data = number(1 + at)?;
            let end = if at + 1 < count { number(2 + at)? } else { data.len() };
            let unpacked = unpack(data.get(start_of_data..end)?, area)?;
            words.resize(start + area, T::default());
            for (word, byte) in words[start..].iter_mut().zip(unpacked) {
                *word = join(*word, byte);
            }
        }
    }
    Some(words)
}

/// Returns `length` bytes from runs and literals. The rest is padding.
fn unpack(mut packed: &[u8], length: usize) -> Option<Vec<u8>> {
    let mut bytes = Vec::with_capacity(length);
    while bytes.len() < length {
        let (&control, rest) = packed.split_first()?;
        packed = match control {
            0..=127 => {
                let (literal, rest) = rest.split_at_checked(usize::from(control) + 1)?;
                bytes.extend_from_slice(literal);
                rest
            }
            // No operation.
            128 => rest,
            129..=255 => {
                let (&byte, rest) = rest.split_first()?;
                bytes.resize(bytes.len() + 257 - usize::from(control), byte);
                rest
            }
        };
    }
    bytes.truncate(length);
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The words of a frame of three values.
    fn decoded(data: &[u8], planes: usize, bytes: usize) -> Option<Vec<u16>> {
        decode(data, RleLayout { area: 3, planes, bytes }, |word, byte| word << 8 | u16::from(byte))
    }

    /// A frame of segments.
    fn frame(segments: &[&[u8]]) -> Vec<u8> {
        let mut table = vec![segments.len() as u32];
        let mut at = TABLE;
        for segment in segments {
            table.push(at as u32);
            at += segment.len();
        }
        table.resize(SEGMENTS + 1, 0);
        let table: Vec<u8> = table.into_iter().flat_map(u32::to_le_bytes).collect();
        [table, segments.concat()].concat()
    }

    #[test]
    fn runs_and_literals_are_unpacked_and_bytes_joined() {
        // Three times 1; then 5, 6, 7 and a byte of padding.
        let data = frame(&[&[254, 1], &[2, 5, 6, 7, 128, 0]]);
        assert_eq!(decoded(&data, 1, 2).unwrap(), [0x105, 0x106, 0x107]);
        let data = frame(&[&[254, 1], &[254, 2], &[128, 2, 7, 8, 9]]);
        assert_eq!(decoded(&data, 3, 1).unwrap(), [1, 1, 1, 2, 2, 2, 7, 8, 9]);
    }

    #[test]
    fn damaged_frames_are_refused() {
        for data in [frame(&[&[254, 1]]), frame(&[&[254, 1], &[2, 5]]), frame(&[&[254, 1], &[]]), vec![2; 63]]
        {
            assert_eq!(decoded(&data, 1, 2), None);
        }
        let mut data = frame(&[&[254, 1], &[254, 2]]);
        data[4..8].copy_from_slice(&u32::MAX.to_le_bytes());
        assert_eq!(decoded(&data, 1, 2), None);
    }

    proptest! {
        #[test]
        fn any_bytes_are_refused_or_read(
            data in prop::collection::vec(any::<u8>(), 0..200),
            segments in 0u32..4,
        ) {
            let mut data = data;
            if data.len() > 4 {
                data[..4].copy_from_slice(&segments.to_le_bytes());
            }
            if let Some(words) = decoded(&data, 1, 2) {
                prop_assert_eq!(words.len(), 3);
            }
        }
    }
}
