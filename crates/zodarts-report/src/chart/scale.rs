//! From values to pixels, and round numbers on an axis.

/// An axis of a chart.
#[derive(Clone, Debug, PartialEq)]
pub struct Axis {
    /// What it measures.
    pub name: String,
    /// Its least value.
    pub low: f64,
    /// Its greatest value, above the least.
    pub high: f64,
    /// Whether its values are whole numbers.
    whole: bool,
}

impl Axis {
    /// An axis from `low` to `high`; one of no length is given some.
    pub fn new(name: &str, low: f64, high: f64) -> Self {
        let high = if high > low { high } else { low + 1.0 };
        Self { name: name.into(), low, high, whole: false }
    }

    /// An axis of shares.
    pub fn share(name: &str) -> Self {
        Self::new(name, 0.0, 1.0)
    }

    /// An axis of epochs, which count from 1.
    pub fn epochs(count: usize) -> Self {
        Self { whole: true, ..Self::new("epoch", 1.0, count.max(2) as f64) }
    }

    /// An axis from 0 to the greatest of some values that are numbers, rounded up.
    pub fn from_zero(name: &str, values: impl Iterator<Item = f64>) -> Self {
        let most = values.filter(|value| value.is_finite()).fold(0.0, f64::max);
        let step = step(most.max(f64::MIN_POSITIVE));
        Self::new(name, 0.0, (most / step).ceil() * step)
    }

    /// Where a value is, from 0 at the low end to 1 at the high one. What lies outside is put on the edge.
    pub fn place(&self, value: f64) -> f64 {
        ((value - self.low) / (self.high - self.low)).clamp(0.0, 1.0)
    }

    /// Round values on the axis, and their texts.
    pub fn ticks(&self) -> Vec<(f64, String)> {
        let step = step(self.high - self.low).max(if self.whole { 1.0 } else { 0.0 });
        let decimals = (-step.log10().floor()).max(0.0) as usize;
        let first = (self.low / step).ceil() as i64;
        let last = (self.high / step + 1e-9).floor() as i64;
        (first..=last).map(|n| n as f64 * step).map(|value| (value, format!("{value:.decimals$}"))).collect()
    }
}

/// A step of 1, 2 or 5 times a power of ten that cuts a length in four to ten.
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
        assert_eq!(texts(Axis::share("p")), "0.0 0.2 0.4 0.6 0.8 1.0");
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
        assert_eq!((axis.place(1.0), axis.place(2.5), axis.place(9.0)), (0.0, 0.5, 1.0));
        assert!(Axis::from_zero("loss", [f64::NAN, f64::INFINITY].into_iter()).high.is_finite());
        assert!(Axis::from_zero("loss", std::iter::empty()).ticks().len() < 12);
    }
}
