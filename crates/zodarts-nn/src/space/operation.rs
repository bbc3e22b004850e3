/// A candidate operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Operation {
    /// Zero.
    None,
    /// The identity.
    SkipConnect,
    /// `ReLU` → 1×1 convolution → `BatchNorm`.
    Conv1x1,
    /// `ReLU` → 3×3 convolution → `BatchNorm`.
    Conv3x3,
    /// 3×3 average at stride 1; the divisor counts only pixels inside the image.
    AvgPool3x3,
}

impl Operation {
    /// Every operation that the engine computes.
    pub const ALL: [Operation; 5] = [
        Operation::None,
        Operation::SkipConnect,
        Operation::Conv1x1,
        Operation::Conv3x3,
        Operation::AvgPool3x3,
    ];

    /// Returns the field's standard name, as used in architecture strings.
    pub fn name(self) -> &'static str {
        match self {
            Operation::None => "none",
            Operation::SkipConnect => "skip_connect",
            Operation::Conv1x1 => "nor_conv_1x1",
            Operation::Conv3x3 => "nor_conv_3x3",
            Operation::AvgPool3x3 => "avg_pool_3x3",
        }
    }

    /// Returns the side of a convolution's window, or `None` if it is no convolution.
    pub fn kernel(self) -> Option<usize> {
        match self {
            Operation::Conv1x1 => Some(1),
            Operation::Conv3x3 => Some(3),
            Operation::None | Operation::SkipConnect | Operation::AvgPool3x3 => None,
        }
    }
}
