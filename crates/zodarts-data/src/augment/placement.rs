//! Shift and mirror: the crop of a zero-padded image.

/// The place of an image in its crop: `out(y, x) = image(y + down, x + right)`, zero outside, then mirrored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Placement {
    pub down: i64,
    pub right: i64,
    pub flip: bool,
}

impl Placement {
    pub const IDENTITY: Placement = Placement { down: 0, right: 0, flip: false };

    /// Writes each `size`×`size` plane of `planes` to its place in `out`.
    pub fn apply(self, planes: &[f32], size: usize, out: &mut [f32]) {
        let area = size * size;
        for (plane, target) in planes.chunks_exact(area).zip(out.chunks_exact_mut(area)) {
            for (y, row) in target.chunks_exact_mut(size).enumerate() {
                let source = y as i64 + self.down;
                if (0..size as i64).contains(&source) {
                    self.place_row(&plane[source as usize * size..][..size], row);
                } else {
                    row.fill(0.0);
                }
            }
        }
    }

    fn place_row(self, source: &[f32], row: &mut [f32]) {
        let size = row.len() as i64;
        for (x, value) in row.iter_mut().enumerate() {
            let from = self.right + x as i64;
            *value = if (0..size).contains(&from) { source[from as usize] } else { 0.0 };
        }
        if self.flip {
            row.reverse();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn placed(placement: Placement) -> Vec<f32> {
        let mut out = vec![9.0; 4];
        placement.apply(&[1.0, 2.0, 3.0, 4.0], 2, &mut out);
        out
    }

    #[test]
    fn shifts_bring_in_zeros_and_flips_mirror_columns() {
        assert_eq!(placed(Placement::IDENTITY), [1.0, 2.0, 3.0, 4.0]);
        assert_eq!(placed(Placement { down: 1, ..Placement::IDENTITY }), [3.0, 4.0, 0.0, 0.0]);
        assert_eq!(placed(Placement { right: -1, ..Placement::IDENTITY }), [0.0, 1.0, 0.0, 3.0]);
        assert_eq!(placed(Placement { flip: true, ..Placement::IDENTITY }), [2.0, 1.0, 4.0, 3.0]);
        assert_eq!(placed(Placement { right: -1, flip: true, down: 0 }), [1.0, 0.0, 3.0, 0.0]);
        assert_eq!(placed(Placement { down: 5, right: -7, flip: true }), [0.0; 4]);
    }
}
