//! Sparklines: numbers as a row of characters.

/// The characters from lowest to highest.
const BLOCKS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
/// The same where there is only ASCII.
const ASCII: [char; 8] = ['_', '.', ':', '-', '=', '+', '*', '#'];

/// Returns `values` as at most `width` characters, from the lowest value to the highest. If there are more
/// values, a character stands for the mean of those that share it. Values that are not finite are left out.
pub fn sparkline(values: &[f64], width: usize, unicode: bool) -> String {
    let values: Vec<f64> = values.iter().copied().filter(|value| value.is_finite()).collect();
    let means = means(&values, width);
    let lowest = means.iter().copied().fold(f64::INFINITY, f64::min);
    let highest = means.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let levels = if unicode { BLOCKS } else { ASCII };
    let level = |mean: &f64| {
        // All the same is halfway.
        let height = if highest > lowest { (mean - lowest) / (highest - lowest) } else { 0.5 };
        levels[(height * (levels.len() - 1) as f64).round() as usize]
    };
    means.iter().map(level).collect()
}

/// Returns at most `count` means of neighbours.
fn means(values: &[f64], count: usize) -> Vec<f64> {
    let count = count.min(values.len());
    let part = |index: usize| &values[index * values.len() / count..(index + 1) * values.len() / count];
    (0..count).map(part).map(|part| part.iter().sum::<f64>() / part.len() as f64).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lowest_and_the_highest_take_the_ends() {
        let values = [0.5, 0.6, 0.7, 0.8, 0.9, 1.0, 1.1, 1.2];
        assert_eq!(sparkline(&values, 8, true), "▁▂▃▄▅▆▇█");
        assert_eq!(sparkline(&values, 80, false), "_.:-=+*#");
        assert_eq!(sparkline(&[3.0, 1.0, 2.0], 3, true), "█▁▅");
    }

    #[test]
    fn what_does_not_vary_is_halfway_and_nothing_is_nothing() {
        assert_eq!(sparkline(&[0.7; 3], 9, true), "▅▅▅");
        assert_eq!(sparkline(&[], 9, true), "");
        assert_eq!(sparkline(&[1.0, 2.0], 0, true), "");
        assert_eq!(sparkline(&[f64::NAN, 1.0, f64::INFINITY, 2.0], 9, true), "▁█");
    }

    #[test]
    fn values_share_characters_where_there_are_too_many() {
        assert_eq!(sparkline(&[0.0, 0.2, 1.0, 1.2, 0.0, 0.2], 3, true), "▁█▁");
        for count in 1..70 {
            let values: Vec<f64> = (0..count).map(f64::from).collect();
            let line: Vec<char> = sparkline(&values, 20, true).chars().collect();
            assert_eq!(line.len(), values.len().min(20));
            assert!(line.is_sorted(), "{line:?}");
        }
    }
}
