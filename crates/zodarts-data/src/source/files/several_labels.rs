//! Labels of images that may have several.

/// The labels of list entries: for each, 0 or 1 for every label.
#[derive(Debug)]
pub(super) struct SeveralLabels {
    count: usize,
    rows: Vec<u16>,
}

impl SeveralLabels {
    /// Returns the labels of entries from the indices of those present, of `count` in all.
    pub fn new(count: usize, entries: impl Iterator<Item = Vec<u16>>) -> Self {
        let mut rows = Vec::new();
        for present in entries {
            let start = rows.len();
            rows.resize(start + count, 0);
            for label in present {
                rows[start + usize::from(label)] = 1;
            }
        }
        Self { count, rows }
    }

    /// Returns 0 or 1 for each label of an entry.
    pub fn row(&self, entry: usize) -> impl Iterator<Item = u16> + '_ {
        self.rows[entry * self.count..][..self.count].iter().copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_has_a_1_for_each_label_of_its_image() {
        let labels = SeveralLabels::new(3, [vec![0, 1], vec![1], vec![], vec![2]].into_iter());
        assert_eq!(labels.row(0).collect::<Vec<_>>(), [1, 1, 0]);
        assert_eq!(labels.row(2).collect::<Vec<_>>(), [0, 0, 0]);
    }
}
