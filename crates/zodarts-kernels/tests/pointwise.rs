//! 1×1 convolutions in strips against the scalar definition, on every implementation.

#[macro_use]
mod common;

use common::{Bench, assert_moments, block, dense, dirty, unpack};
use proptest::prelude::*;
use zodarts_kernels::pointwise::{PointwiseBackward, PointwiseForward, pointwise_scratch};
use zodarts_kernels::reference::{self, Size};
use zodarts_kernels::{
    BackwardConv, BackwardGroup, BatchNormInputGrad, BlockLayout, ConvShape, ForwardConv, ForwardGroup,
    Kernels, LANES, Real, SampleMoments, pack_forward, pack_input_gradient,
};

/// Several convolutions of one input.
#[derive(Clone, Copy, Debug)]
struct Case {
    size: Size,
    outputs: usize,
    convolutions: usize,
    accumulate: bool,
}

impl Case {
    fn shape(&self) -> ConvShape {
        ConvShape { inputs: self.size.channels, outputs: self.outputs, kernel: 1, stride: 1 }
    }

    fn out(&self) -> Size {
        Size { channels: self.outputs, ..self.size }
    }

    fn padded(&self) -> BlockLayout {
        BlockLayout::padded(self.size.height, self.size.width)
    }
}

fn assert_close<T: Real>(found: &[T], expected: &[T]) {
    assert_eq!(found.len(), expected.len());
    let tolerance = if size_of::<T>() == 4 { 2e-4 } else { 1e-11 };
    let scale = expected.iter().map(|value| value.to_f64().abs()).fold(1.0, f64::max);
    for (found, expected) in found.iter().zip(expected) {
        let (found, expected) = (found.to_f64(), expected.to_f64());
        assert!((found - expected).abs() <= tolerance * scale, "{found} {expected}");
    }
}

fn packed<T: Real>(shape: ConvShape, weights: &[T], pack: impl Fn(&ConvShape, &[T], &mut [T])) -> Vec<T> {
    let mut packed = vec![T::ZERO; shape.weights()];
    pack(&shape, weights, &mut packed);
    packed
}

fn forward<T: Real>(mut bench: Bench<T>, case: Case) {
    let (shape, out) = (case.shape(), case.out());
    let values = bench.values(case.size.len());
    let input = bench.padded(&values, &case.size, false);
    let weights: Vec<_> = (0..case.convolutions).map(|_| bench.values(shape.weights())).collect();
    let packed: Vec<_> = weights.iter().map(|weights| packed(shape, weights, pack_forward)).collect();
    let mut blocks = vec![dirty(dense(&out).len(case.outputs)); case.convolutions];
    let mut moments = vec![vec![SampleMoments::default(); case.outputs]; case.convolutions];
    let parts = packed.iter().zip(&mut blocks).zip(&mut moments);
    let mut convolutions: Vec<_> =
        parts.map(|((packed, output), moments)| ForwardConv { packed, output, moments }).collect();
    bench.run(PointwiseForward(ForwardGroup {
        input: &input,
        from: case.padded(),
        inputs: case.size.channels,
        outputs: case.outputs,
        convolutions: &mut convolutions,
        to: dense(&out),
        lanes: case.size.images,
    }));
    for ((block, weights), moments) in blocks.iter().zip(&weights).zip(&moments) {
        let expected = reference::conv2d(&shape, &values, &case.size, weights);
        let found = unpack(block, &out, dense(&out));
        assert_close(&found, &expected);
        assert_moments::<T>(moments, &found, &out);
    }
}

fn backward<T: Real>(mut bench: Bench<T>, case: Case) {
    let (shape, out) = (case.shape(), case.out());
    let area = case.size.height * case.size.width;
    let values = bench.values(case.size.len());
    let input = bench.padded(&values, &case.size, false);
    let factors: [Vec<T>; 3] = std::array::from_fn(|_| bench.values(case.outputs));
    let weights: Vec<_> = (0..case.convolutions).map(|_| bench.values(shape.weights())).collect();
    let packed: Vec<_> = weights.iter().map(|weights| packed(shape, weights, pack_input_gradient)).collect();
    let results: Vec<_> =
        (0..case.convolutions).map(|_| [bench.values(out.len()), bench.values(out.len())]).collect();
    let blocks: Vec<_> = results
        .iter()
        .map(|result| result.each_ref().map(|values| block(values, &out, dense(&out))))
        .collect();
    let start = bench.values(shape.weights());
    let before = bench.values(case.size.len());
    let mut gradients = vec![start.clone(); case.convolutions];
    let mut input_gradient = bench.padded(&before, &case.size, false);
    let parts = packed.iter().zip(&blocks).zip(&mut gradients);
    let mut convolutions: Vec<_> = parts
        .map(|((packed, [d, values]), weight_gradient)| BackwardConv {
            packed,
            output_gradient: BatchNormInputGrad {
                output_gradient: d,
                values,
                gradient_scale: &factors[0],
                value_scale: &factors[1],
                constant: &factors[2],
            },
            weight_gradient,
        })
        .collect();
    bench.run(PointwiseBackward {
        group: BackwardGroup {
            input: &input,
            from: case.padded(),
            inputs: case.size.channels,
            outputs: case.outputs,
            convolutions: &mut convolutions,
            to: dense(&out),
            input_gradient: &mut input_gradient,
            lanes: case.size.images,
        },
        accumulate: case.accumulate,
        scratch: &mut dirty(pointwise_scratch(case.outputs)),
    });
    let mut expected = if case.accumulate { before } else { vec![T::ZERO; case.size.len()] };
    for (([d, raw], weights), found) in results.iter().zip(&weights).zip(&gradients) {
        let gradient: Vec<T> = (0..out.len())
            .map(|i| {
                let channel = i / area % case.outputs;
                factors[0][channel] * d[i] + factors[1][channel] * raw[i] + factors[2][channel]
            })
            .collect();
        let parts = reference::conv2d_input_gradient(&shape, &gradient, &case.size, weights);
        expected.iter_mut().zip(parts).for_each(|(sum, part)| *sum += part);
        let mut wanted = reference::conv2d_weight_gradient(&shape, &values, &case.size, &gradient);
        wanted.iter_mut().zip(&start).for_each(|(sum, &start)| *sum += start);
        assert_close(found, &wanted);
    }
    assert_close(&unpack(&input_gradient, &case.size, case.padded()), &expected);
}

/// Planes of up to 13×13 pixels take up to two strips, and rows end anywhere in them.
fn cases() -> impl Strategy<Value = Case> {
    (1usize..=LANES, 1usize..=9, 1usize..=9, 1usize..=13, 1usize..=13, 1usize..=3, any::<bool>()).prop_map(
        |(images, channels, outputs, height, width, convolutions, accumulate)| Case {
            size: Size { images, channels, height, width },
            outputs,
            convolutions,
            accumulate,
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn forward_is_the_definition(case in cases()) {
        on_every_path!(forward, case);
    }

    #[test]
    fn backward_is_the_definition(case in cases()) {
        on_every_path!(backward, case);
    }
}

#[test]
fn rows_longer_than_a_strip_are_cut() {
    let size = Size { images: 3, channels: 2, height: 2, width: 230 };
    let case = Case { size, outputs: 5, convolutions: 2, accumulate: false };
    on_every_path!(forward, case);
    on_every_path!(backward, case);
}
