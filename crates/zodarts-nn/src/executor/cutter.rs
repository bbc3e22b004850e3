//! Parts of one buffer, lent at the same time.

use std::ops::Range;

/// Cuts ranges off a buffer, from front to back.
#[derive(Debug)]
pub struct Cutter<'a, X> {
    rest: &'a mut [X],
    passed: usize,
}

impl<'a, X> Cutter<'a, X> {
    pub fn new(buffer: &'a mut [X]) -> Self {
        Self { rest: buffer, passed: 0 }
    }

    /// The next range.
    ///
    /// # Panics
    /// If it does not come after those before it, or leaves the buffer.
    pub fn cut(&mut self, range: Range<usize>) -> &'a mut [X] {
        self.rest.split_off_mut(..range.start - self.passed).expect("ranges come in order");
        self.passed = range.end;
        self.rest.split_off_mut(..range.len()).expect("ranges lie within the buffer")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_cut_in_order() {
        let mut buffer = [0, 1, 2, 3, 4, 5];
        let mut cutter = Cutter::new(&mut buffer);
        let (first, empty, last) = (cutter.cut(1..3), cutter.cut(3..3), cutter.cut(4..6));
        assert_eq!((&*first, &*empty, &*last), (&[1, 2][..], &[][..], &[4, 5][..]));
    }
}
