//! Ranges of settings, with the check of a number and the description in words.

use std::fmt;

/// The numbers that a setting accepts. All of them are finite.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Range {
    /// Every value of the type.
    Any,
    /// From the first to the second, both included.
    Within(f64, f64),
    /// At least this number.
    AtLeast(f64),
    /// Greater than this number.
    Above(f64),
    /// Greater than the first and at most the second.
    AboveUpTo(f64, f64),
    /// At least the first and less than the second.
    FromBelow(f64, f64),
}

impl Range {
    /// Returns true if `number` lies in the range.
    pub fn holds(self, number: f64) -> bool {
        let inside = match self {
            Range::Any => true,
            Range::Within(least, most) => (least..=most).contains(&number),
            Range::AtLeast(least) => number >= least,
            Range::Above(below) => number > below,
            Range::AboveUpTo(below, most) => number > below && number <= most,
            Range::FromBelow(least, above) => (least..above).contains(&number),
        };
        inside && number.is_finite()
    }
}

impl fmt::Display for Range {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Range::Any => f.write_str("a number"),
            Range::Within(least, most) => write!(f, "{least} to {most}"),
            Range::AtLeast(least) => write!(f, "a number of at least {least}"),
            Range::Above(below) => write!(f, "a number above {below}"),
            Range::AboveUpTo(below, most) => write!(f, "above {below} and at most {most}"),
            Range::FromBelow(least, above) => write!(f, "at least {least} and below {above}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_and_check_agree_at_the_ends() {
        let cases: [(Range, &str, &[f64], &[f64]); 5] = [
            (Range::Within(1.0, 24.0), "1 to 24", &[1.0, 24.0], &[0.0, 25.0]),
            (Range::AtLeast(0.0), "a number of at least 0", &[0.0, 1e300], &[-0.1]),
            (Range::Above(0.0), "a number above 0", &[1e-300], &[0.0, -1.0]),
            (Range::AboveUpTo(0.0, 1.0), "above 0 and at most 1", &[0.5, 1.0], &[0.0, 1.01]),
            (Range::FromBelow(0.0, 1.0), "at least 0 and below 1", &[0.0, 0.9], &[-0.1, 1.0]),
        ];
        for (range, words, inside, outside) in cases {
            assert_eq!(range.to_string(), words);
            assert!(inside.iter().all(|number| range.holds(*number)), "{range}");
            let beyond = [f64::NAN, f64::INFINITY, f64::NEG_INFINITY];
            assert!(!outside.iter().chain(&beyond).any(|number| range.holds(*number)), "{range}");
        }
    }
}
