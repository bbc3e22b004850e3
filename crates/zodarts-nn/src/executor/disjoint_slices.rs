//! Disjoint parts of one buffer, borrowed at the same time.

use std::ops::Range;

/// Splits disjoint ranges off a buffer, from front to back.
#[derive(Debug)]
pub struct DisjointSlices<'a, X> {
    rest: &'a mut [X],
    passed: usize,
}

impl<'a, X> DisjointSlices<'a, X> {
    /// Starts at the front of the buffer.
    pub fn new(buffer: &'a mut [X]) -> Self {
        Self { rest: buffer, passed: 0 }
    }

    /// Returns the part `range` of the buffer.
    ///
    /// # Panics
    /// If the range does not come after the earlier ones, or leaves the buffer.
    pub fn next(&mut self, range: Range<usize>) -> &'a mut [X] {
        self.rest.split_off_mut(..range.start - self.passed).expect("ranges come in order");
        self.passed = range.end;
        self.rest.split_off_mut(..range.len()).expect("ranges lie within the buffer")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_split_off_in_order() {
        let mut buffer = [0, 1, 2, 3, 4, 5];
        let mut slices = DisjointSlices::new(&mut buffer);
        let (first, empty, last) = (slices.next(1..3), slices.next(3..3), slices.next(4..6));
        assert_eq!((&*first, &*empty, &*last), (&[1, 2][..], &[][..], &[4, 5][..]));
    }
}
