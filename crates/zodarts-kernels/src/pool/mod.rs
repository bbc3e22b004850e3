//! Average pooling. Divisors count only pixels inside the image.

mod pool2;
mod pool3;

pub use pool2::{AvgPool2, AvgPool2Backward};
pub use pool3::{AvgPool3, AvgPool3Backward};
