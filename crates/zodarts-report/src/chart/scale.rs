//! Axes: positions of values, and round numbers for the ticks.

/// An axis of a chart.
#[derive(Clone, Debug, PartialEq)]
pub struct Axis {
    /// The quantity.
    pub name: String,
    /// The least value.
    pub low: f64,
    /// The greatest value, which is above the least.
    pub high: f64,
    /// Puts ticks at whole numbers only.
    whole: bool,
}

impl Axis {
    /// Returns an axis from `low` to `high`, or to `low + 1` if `high` is not above `low`.
    pub fn new(name: &str, low: f64, high: f64) -> Self {
        let high = if high > low { high } else { low + 1.0 };
        Self { name: name.into(), low, high, whole: false }
    }

    /// Returns an axis from 0 to 1.
    pub fn zero_to_one(name: &str) -> Self {
        Self::new(name, 0.0, 1.0)
    }

    /// Returns an axis of epochs, which count from 1.
    pub fn epochs(count: usize) -> Self {
        Self { whole: true, ..Self::new("epoch", 1.0, count.max(2) as f64) }
    }

    /// Returns an axis from 0 to the greatest finite value, rounded up.
    pub fn from_zero(name: &str, values: impl Iterator<Item = f64>) -> Self {
        let most = values.filter(|value| value.is_finite()).fold(0.0, f64::max);
        let step = step(most.max(f64::MIN_POSITIVE));
        Self::new(name, 0.0, (most / step).ceil() * step)
    }

    /// Returns the position of a value, from 0 at the low end to 1 at the high end. Values outside are
    /// clamped.
    pub fn fraction(&self, value: f64) -> f64 {
        ((value - self.low) / (self.high - self.low)).clamp(0.0, 1.0)
    }

    /// Returns round values on the axis with their texts.
    pub fn ticks(&self) -> Vec<(f64, String)> {
        let step = step(self.high - self.low).max(if self.whole { 1.0 } else { 0.0 });
        let decimals = (-step.log10().floor()).max(0.0) as usize;
        let first = (self.low / step).ceil() as i64;
        let last = (self.high / step + 1e-9).floor() as i64;
        (first..=last).map(|n| n as f64 * step).map(|value| (value, format!("{value:.decimals$}"))).collect()
    }
}

/// Returns 1, 2 or 5 times a power of ten such that 4 to 10 steps make up `length`.
fn step(length: f64) -> f64 {
    let power = 10_f64.powf((length / 4.0).log10().floor());
    let times = length / 4.0 / power;
    power
        * if times >= 5.0 {
            5.0
        } else if times >= 2.0 {
            2.0
        } else {
            1.0
        }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ticks_are_round_and_few() {
        let texts = |axis: Axis| axis.ticks().into_iter().map(|(_, text)| text).collect::<Vec<_>>().join(" ");
        assert_eq!(texts(Axis::zero_to_one("p")), "0.0 0.2 0.4 0.6 0.8 1.0");
        assert_eq!(texts(Axis::epochs(50)), "10 20 30 40 50");
        assert_eq!(texts(Axis::epochs(1)), "1 2");
        assert_eq!(
            texts(Axis::from_zero("loss", [0.013, 0.021].into_iter())),
            "0.000 0.005 0.010 0.015 0.020 0.025"
        );
        for length in [1e-6, 0.3, 1.0, 7.0, 24.0, 299.0, 1e9] {
            let count = Axis::new("x", 0.0, length).ticks().len();
            assert!((4..=11).contains(&count), "{length}: {count}");
        }
    }

    #[test]
    fn nothing_is_drawn_outside_and_no_axis_is_empty() {
        let axis = Axis::new("x", 2.0, 2.0);
        assert_eq!((axis.fraction(1.0), axis.fraction(2.5), axis.fraction(9.0)), (0.0, 0.5, 1.0));
        assert!(Axis::from_zero("loss", [f64::NAN, f64::INFINITY].into_iter()).high.is_finite());
        assert!(Axis::from_zero("loss", std::iter::empty()).ticks().len() < 12);
    }
}
