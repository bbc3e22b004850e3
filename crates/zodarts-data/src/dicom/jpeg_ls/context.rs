//! The statistics by which errors of prediction are coded (T.87, A.6).

use super::parameters::JlsParameters;

/// The limits of the correction of a prediction.
const CORRECTIONS: std::ops::RangeInclusive<i32> = -128..=127;

/// The statistics of a context.
#[derive(Clone, Copy, Debug)]
pub(super) struct Context {
    /// The sum of the magnitudes of errors.
    magnitudes: i64,
    /// The sum of errors, less the corrections.
    bias: i32,
    /// The correction of predictions.
    pub correction: i32,
    /// The number of errors.
    count: i32,
}

impl Context {
    pub fn new(parameters: &JlsParameters) -> Self {
        Self { magnitudes: parameters.first_magnitude(), bias: 0, correction: 0, count: 1 }
    }

    /// Returns the number of bits of an error that are coded as they are.
    pub fn bits(&self) -> u32 {
        bits(self.count, self.magnitudes)
    }

    /// Returns the error of a code, and counts it.
    pub fn error(&mut self, code: i32, bits: u32, parameters: &JlsParameters) -> i32 {
        let turned = parameters.near == 0 && bits == 0 && 2 * self.bias <= -self.count;
        let odd = code & 1 == 1;
        let error = if turned == odd { code / 2 } else { -(code / 2) - 1 };
        self.count_error(error, parameters);
        error
    }

    fn count_error(&mut self, error: i32, parameters: &JlsParameters) {
        self.bias += error * parameters.step();
        self.magnitudes += i64::from(error.abs());
        if self.count == parameters.reset {
            self.magnitudes >>= 1;
            self.bias >>= 1;
            self.count >>= 1;
        }
        self.count += 1;
        if self.bias <= -self.count {
            self.correction = (self.correction - 1).max(*CORRECTIONS.start());
            self.bias = (self.bias + self.count).max(1 - self.count);
        } else if self.bias > 0 {
            self.correction = (self.correction + 1).min(*CORRECTIONS.end());
            self.bias = (self.bias - self.count).min(0);
        }
    }
}

/// The statistics of values that end a run.
#[derive(Clone, Copy, Debug)]
pub(super) struct RunContext {
    magnitudes: i64,
    count: i32,
    /// The number of errors below 0.
    negative: i32,
    /// True if the value before is near the one above.
    alike: bool,
}

impl RunContext {
    pub fn new(parameters: &JlsParameters, alike: bool) -> Self {
        Self { magnitudes: parameters.first_magnitude(), count: 1, negative: 0, alike }
    }

    /// Returns the number of bits of an error that are coded as they are.
    pub fn bits(&self) -> u32 {
        let more = if self.alike { i64::from(self.count >> 1) } else { 0 };
        bits(self.count, self.magnitudes + more)
    }

    /// Returns the error of a code, and counts it.
    pub fn error(&mut self, code: i32, bits: u32, parameters: &JlsParameters) -> i32 {
        let alike = i32::from(self.alike);
        let doubled = code + alike;
        let odd = doubled & 1 == 1;
        let magnitude = doubled / 2 + i32::from(odd);
        let error =
            if odd == (bits != 0 || 2 * self.negative >= self.count) { -magnitude } else { magnitude };
        self.negative += i32::from(error < 0);
        self.magnitudes += i64::from((code + 1 - alike) >> 1);
        if self.count == parameters.reset {
            self.magnitudes >>= 1;
            self.count >>= 1;
            self.negative >>= 1;
        }
        self.count += 1;
        error
    }
}

/// Returns the smallest number of bits by which a count reaches a sum of magnitudes.
fn bits(count: i32, magnitudes: i64) -> u32 {
    (0..40).find(|bits| i64::from(count) << bits >= magnitudes).unwrap_or(40)
}
