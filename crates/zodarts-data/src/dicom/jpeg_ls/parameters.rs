//! The parameters of a scan, and those that follow from them (T.87, A.2 and C.2.4.1.1).

/// Parameters that a frame sets in place of the usual ones; 0 for those that it does not set.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct JlsLimits {
    /// The largest value.
    pub white: u16,
    /// The limits between kinds of gradients.
    pub thresholds: [u16; 3],
    /// The number of errors after which older ones count half.
    pub reset: u16,
}

/// The parameters of a scan.
#[derive(Clone, Copy, Debug)]
pub(super) struct JlsParameters {
    /// The largest value.
    pub white: i32,
    /// The largest difference of a value from the original.
    pub near: i32,
    thresholds: [i32; 3],
    pub reset: i32,
    /// The number of different errors.
    range: i32,
    /// Bits of an error that is coded as it is.
    pub error_bits: u32,
    /// The most bits of a code.
    pub code_bits: u32,
}

impl JlsParameters {
    /// Returns the parameters of a scan of a frame, or `None` if the standard does not allow them.
    pub fn new(limits: JlsLimits, precision: u16, near: u8) -> Option<Self> {
        let white = if limits.white == 0 { (1 << precision) - 1 } else { i32::from(limits.white) };
        let near = i32::from(near);
        if white >= 1 << precision || near > white / 2 {
            return None;
        }
        let usual = usual_thresholds(white, near);
        let set = limits.thresholds.map(i32::from);
        let thresholds = [0, 1, 2].map(|at| if set[at] == 0 { usual[at] } else { set[at] });
        let reset = if limits.reset == 0 { 64 } else { i32::from(limits.reset) };
        let ordered = near < thresholds[0] && thresholds.is_sorted() && thresholds[2] <= white;
        if !ordered || reset < 3 {
            return None;
        }
        let range = (white + 2 * near) / (2 * near + 1) + 1;
        let bits = |count: i32| (count as u32).next_power_of_two().ilog2();
        let value_bits = bits(white + 1).max(2);
        let code_bits = 2 * (value_bits + value_bits.max(8));
        Some(Self { white, near, thresholds, reset, range, error_bits: bits(range), code_bits })
    }

    /// Returns the magnitude of errors that a context begins with.
    pub fn first_magnitude(&self) -> i64 {
        i64::from((self.range + 32) / 64).max(2)
    }

    /// Returns the distance of neighbouring values.
    pub fn step(&self) -> i32 {
        2 * self.near + 1
    }

    /// Returns the kind of a gradient, from -4 to 4; 0 for one that is no more than near.
    pub fn kind(&self, gradient: i32) -> i32 {
        let magnitude = gradient.abs();
        let kind = if magnitude <= self.near {
            0
        } else {
            1 + self.thresholds.iter().filter(|threshold| magnitude >= **threshold).count() as i32
        };
        kind * gradient.signum()
    }

    /// Returns the value at an error from its prediction. Errors beyond the range come in at its other end.
    pub fn value(&self, prediction: i32, error: i32) -> i32 {
        let value = prediction + error * self.step();
        let value = if value < -self.near {
            value + self.range * self.step()
        } else if value > self.white + self.near {
            value - self.range * self.step()
        } else {
            value
        };
        value.clamp(0, self.white)
    }
}

/// Returns the thresholds of frames that set none.
fn usual_thresholds(white: i32, near: i32) -> [i32; 3] {
    const USUAL: [i32; 3] = [3, 7, 21];
    const LEAST: [i32; 3] = [2, 3, 4];
    let more = [3, 5, 7].map(|times| times * near);
    let wished = [0, 1, 2].map(|at| {
        if white >= 128 {
            let factor = (white.min(4095) + 128) / 256;
            factor * (USUAL[at] - LEAST[at]) + LEAST[at] + more[at]
        } else {
            let factor = 256 / (white + 1);
            LEAST[at].max(USUAL[at] / factor + more[at])
        }
    });
    let mut least = near + 1;
    wished.map(|threshold| {
        if (least..=white).contains(&threshold) {
            least = threshold;
        }
        least
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn usual_thresholds_are_those_of_the_standard() {
        assert_eq!(usual_thresholds(255, 0), [3, 7, 21]);
        assert_eq!(usual_thresholds(4095, 0), [18, 67, 276]);
        assert_eq!(usual_thresholds(65535, 0), [18, 67, 276]);
        assert_eq!(usual_thresholds(255, 2), [9, 17, 35]);
        assert_eq!(usual_thresholds(3, 0), [2, 3, 3]);
    }

    #[test]
    fn parameters_that_the_standard_does_not_allow_are_refused() {
        let usual = JlsLimits::default();
        assert!(JlsParameters::new(usual, 8, 127).is_some());
        assert!(JlsParameters::new(usual, 8, 128).is_none());
        for limits in [
            JlsLimits { white: 256, ..usual },
            JlsLimits { reset: 2, ..usual },
            JlsLimits { thresholds: [9, 8, 10], ..usual },
            JlsLimits { thresholds: [9, 10, 300], ..usual },
        ] {
            assert!(JlsParameters::new(limits, 8, 0).is_none(), "{limits:?}");
        }
    }
}
