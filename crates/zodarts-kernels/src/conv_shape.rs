//! Shape of a convolution, and the checks that let kernels skip bounds checks.

use crate::layout::{BlockLayout, product};

/// Shape of a convolution without bias: `kernel` 1 or 3, `stride` 1 or 2, padded to keep the size at stride
/// 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ConvShape {
    /// Input channels.
    pub inputs: usize,
    /// Output channels.
    pub outputs: usize,
    /// Side of the window: 1 or 3.
    pub kernel: usize,
    /// Distance between windows: 1 or 2.
    pub stride: usize,
}

impl ConvShape {
    /// Returns the number of weights, `outputs × inputs × kernel × kernel`. Packing does not change it.
    ///
    /// # Panics
    /// If it overflows.
    pub fn weights(&self) -> usize {
        product(product(self.outputs, self.inputs), product(self.kernel, self.kernel))
    }

    /// Returns the stride-1 convolution that carries gradients from outputs back to inputs.
    #[must_use]
    pub fn transposed(&self) -> Self {
        Self { inputs: self.outputs, outputs: self.inputs, kernel: self.kernel, stride: 1 }
    }

    /// Asserts that kernels support the shape, that the layouts of input and output fit each other, and that
    /// each layout holds its image.
    pub(crate) fn check(&self, input: &BlockLayout, output: &BlockLayout) {
        assert!(matches!(self.kernel, 1 | 3) && matches!(self.stride, 1 | 2), "unsupported {self:?}");
        assert_eq!(output.height, input.height.div_ceil(self.stride), "output height");
        assert_eq!(output.width, input.width.div_ceil(self.stride), "output width");
        assert_image(input);
        assert_image(output);
    }

    /// Asserts that the layout has a margin as wide as the windows reach.
    pub(crate) fn check_reach(&self, layout: &BlockLayout) {
        if self.kernel > 1 {
            assert_margin(layout);
        }
    }
}

/// Asserts that planes are as large as their image.
fn assert_image(layout: &BlockLayout) {
    let end =
        product(layout.height, layout.row).checked_add(layout.origin).expect("a size that fits in memory");
    assert!(layout.row >= layout.width && layout.plane >= end, "{layout:?} does not hold its image");
}

/// Asserts that there is a margin of one pixel around the image.
fn assert_margin(layout: &BlockLayout) {
    let after = layout.plane - layout.origin - layout.height * layout.row;
    let margin = layout.row > layout.width && layout.origin > layout.row && after > layout.width;
    assert!(margin, "{layout:?} has no margin");
}
