//! The panel below the bar of a stage.

use super::edges;
use super::look::Look;
use super::sparkline::sparkline;
use console::truncate_str;
use zodarts_nas::genotype::Genotype;
use zodarts_nn::space::Mixture;

/// The fewest and the most characters of a sparkline.
const SPARKS: (usize, usize) = (8, 40);
/// Columns that the numbers around a sparkline take.
const AROUND: usize = "val acc 0.000 ".len() + " 0.000 to 0.000".len();

/// The results of a stage's epochs.
#[derive(Clone, Debug)]
pub struct Panel {
    look: Look,
    /// Validation accuracy of each epoch.
    accuracies: Vec<f64>,
    /// The genotype and mixture of a search.
    architecture: Option<(Genotype, Mixture<f32>)>,
}

impl Panel {
    /// Returns an empty panel.
    pub fn new(look: Look) -> Self {
        Self { look, accuracies: Vec::new(), architecture: None }
    }

    /// Records the validation accuracy of an epoch.
    pub fn accuracy(&mut self, accuracy: f64) {
        self.accuracies.push(accuracy);
    }

    /// Records the architecture of an epoch.
    pub fn architecture(&mut self, genotype: Genotype, mixture: Mixture<f32>) {
        self.architecture = Some((genotype, mixture));
    }

    /// Returns lines of at most `width` columns; longer ones are cut off.
    pub fn lines(&self, width: usize) -> Vec<String> {
        let accuracies = self.accuracy_line(width);
        let edges = self
            .architecture
            .iter()
            .flat_map(|(genotype, mixture)| edges::lines(*genotype, mixture, width, self.look));
        accuracies.into_iter().chain(edges).map(|line| truncate_str(&line, width, "").into_owned()).collect()
    }

    /// Returns the line of accuracies, with the latest first, as a narrow terminal cuts off the end.
    fn accuracy_line(&self, width: usize) -> Option<String> {
        let last = self.accuracies.last()?;
        let sparks = width.saturating_sub(AROUND).clamp(SPARKS.0, SPARKS.1);
        let line = sparkline(&self.accuracies, sparks, self.look.unicode);
        let lowest = self.accuracies.iter().copied().fold(f64::INFINITY, f64::min);
        let highest = self.accuracies.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        Some(format!("val acc {last:.3} {line} {lowest:.3} to {highest:.3}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use console::measure_text_width;

    fn panel(colour: bool) -> Panel {
        let mut panel = Panel::new(Look { unicode: true, colour });
        for accuracy in [0.5, 0.55, 0.7, 0.65] {
            panel.accuracy(accuracy);
        }
        panel
    }

    fn searching(colour: bool) -> Panel {
        let mut panel = panel(colour);
        let genotype = "|skip_connect~0|+|none~0|none~1|+|none~0|skip_connect~1|none~2|".parse().unwrap();
        let mut mixture = [[0.2; 5]; 6];
        mixture[0] = [0.0, 1.0, 0.0, 0.0, 0.0];
        panel.architecture(genotype, mixture.into());
        panel
    }

    #[test]
    fn nothing_is_known_before_the_first_epoch() {
        assert_eq!(Panel::new(Look { unicode: true, colour: true }).lines(80), Vec::<String>::new());
    }

    #[test]
    fn the_latest_accuracy_comes_first_and_the_range_last() {
        assert_eq!(panel(false).lines(80), ["val acc 0.650 ▁▃█▆ 0.500 to 0.700"]);
        assert_eq!(panel(false).lines(16), ["val acc 0.650 ▁▃"]);
    }

    #[test]
    fn a_long_line_leaves_room_for_its_numbers() {
        let mut panel = panel(false);
        (0..300).for_each(|epoch| panel.accuracy(0.6 + f64::from(epoch) / 1000.0));
        for (width, columns) in [(120, AROUND + SPARKS.1), (80, AROUND + SPARKS.1), (50, 50), (38, 38)] {
            let lines = panel.lines(width);
            assert_eq!(measure_text_width(&lines[0]), columns, "{lines:?}");
            assert!(lines[0].ends_with(" 0.500 to 0.899"), "{lines:?}");
        }
    }

    #[test]
    fn no_line_is_wider_than_the_terminal() {
        for width in 0..130 {
            for colour in [false, true] {
                let lines = searching(colour).lines(width);
                assert!(lines.len() >= 2 + usize::from(width < 76), "{width}: {lines:?}");
                assert!(lines.iter().all(|line| measure_text_width(line) <= width), "{width}: {lines:?}");
                assert_eq!(lines.iter().any(|line| line.contains('\u{1b}')), colour, "{width}: {lines:?}");
            }
        }
    }
}
