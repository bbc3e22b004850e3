//! The division of an epoch's weight steps into rounds.

use std::ops::Range;

/// Divides `steps` weight steps into rounds of at most `most` steps, as equal as possible: a short last round
/// would give a poor estimate at the price of a good one.
pub fn rounds(steps: usize, most: usize) -> impl Iterator<Item = Range<usize>> {
    let count = steps.div_ceil(most);
    (0..count).map(move |round| round * steps / count..(round + 1) * steps / count)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rounds_are_even_and_complete() {
        for steps in 1..100 {
            for most in 1..15 {
                let rounds: Vec<_> = rounds(steps, most).collect();
                assert_eq!(rounds.iter().map(ExactSizeIterator::len).sum::<usize>(), steps);
                assert!(rounds.windows(2).all(|pair| pair[0].end == pair[1].start));
                let longest = rounds.iter().map(ExactSizeIterator::len).max().unwrap();
                let shortest = rounds.iter().map(ExactSizeIterator::len).min().unwrap();
                assert!(longest <= most && longest - shortest <= 1, "{steps} {most}");
            }
        }
    }

    #[test]
    fn the_paper_takes_two_rounds_of_ten_an_epoch_on_breastmnist() {
        let rounds: Vec<_> = rounds(310_usize.div_ceil(16), 10).collect();
        assert_eq!(rounds, [0..10, 10..20]);
    }
}
