//! Cost of a convolution of one image, in multiply-adds of a vector.

use crate::graph::Shape;
use zodarts_kernels::{ConvShape, planes};

/// Cost of transforming a tile of one plane into products or back.
const TRANSFORM: usize = 250;
/// Cost of reading a vector of weights. There are too many for the second-level cache, and each is used for
/// only a few pixels. Where the third-level cache is shared they come from main memory, and Winograd's are
/// four times as many.
const READ: usize = 12;
/// Least cost of a part of a node that is worth waking another thread: about 20 µs.
const PART: usize = 1 << 17;
/// Most parts of a node, and so the most threads that one image can use.
const MOST_PARTS: usize = 4;
/// Fewest planes of a part: each part transforms all of its input.
const FEWEST_PLANES: usize = 2;

/// Costs of a convolution by its definition and by Winograd.
#[derive(Clone, Copy, Debug)]
pub struct ConvCost {
    direct: usize,
    winograd: Option<usize>,
}

impl ConvCost {
    /// Estimates the costs of a convolution of an image.
    pub fn new(shape: &ConvShape, image: Shape) -> Self {
        let (inputs, outputs) = (planes(shape.inputs), planes(shape.outputs));
        let (height, width) = (image.height.div_ceil(shape.stride), image.width.div_ceil(shape.stride));
        let tiles = height.div_ceil(4) * width.div_ceil(4);
        let products = shape.inputs * outputs;
        let area = shape.kernel * shape.kernel;
        Self {
            direct: area * products * (height * width + READ),
            winograd: (shape.kernel == 3 && shape.stride == 1)
                .then(|| 36 * products * (tiles + READ) + TRANSFORM * tiles * (inputs + outputs)),
        }
    }

    /// Returns true if Winograd costs less than the definition.
    pub fn favours_winograd(&self) -> bool {
        self.winograd.is_some_and(|winograd| winograd < self.direct)
    }

    /// Returns the lower of the two costs.
    pub fn least(&self) -> usize {
        self.winograd.map_or(self.direct, |winograd| winograd.min(self.direct))
    }

    /// Returns the number of planes, which is even, of each part of a node with `planes` planes and this
    /// cost.
    pub fn planes_of_a_part(planes: usize, cost: usize) -> usize {
        let parts = (cost / PART).min(planes / FEWEST_PLANES).clamp(1, MOST_PARTS);
        planes.div_ceil(parts).next_multiple_of(2)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cost(channels: usize, side: usize) -> ConvCost {
        let shape = ConvShape { inputs: channels, outputs: channels, kernel: 3, stride: 1 };
        ConvCost::new(&shape, Shape { channels, height: side, width: side })
    }

    #[test]
    fn winograd_where_many_pixels_use_a_filter() {
        assert!(
            [(16, 28), (32, 14), (64, 28), (128, 14)].iter().all(|&(c, s)| cost(c, s).favours_winograd())
        );
        assert!([(1, 28), (64, 7), (512, 4), (64, 2)].iter().all(|&(c, s)| !cost(c, s).favours_winograd()));
    }

    #[test]
    fn only_large_nodes_are_cut() {
        assert_eq!(ConvCost::planes_of_a_part(2, 3 * cost(16, 28).least()), 2);
        assert_eq!(ConvCost::planes_of_a_part(3, usize::MAX), 4);
        assert_eq!(ConvCost::planes_of_a_part(8, 2 * PART), 4);
        assert_eq!(ConvCost::planes_of_a_part(64, 9 * PART), 16);
    }
}
