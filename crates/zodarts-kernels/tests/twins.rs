//! Every kernel against its scalar twin: random shapes with odd sizes and partial blocks, on the detected
//! vector unit, on the portable `f32` path and on the portable `f64` path.

#[macro_use]
mod common;

use common::{Bench, block, dense, dirty, unpack};
use proptest::prelude::*;
use zodarts_kernels::reference::{self, Size};
use zodarts_kernels::{
    AffineSum, AvgPool2, AvgPool2Backward, AvgPool3, AvgPool3Backward, BlockLayout, BlockMoments,
    CentredBlock, CentredDots, Conv, ConvInputGradient, ConvShape, ConvWeightGradient, GlobalAverage,
    GlobalAverageBackward, Kernels, LANES, Pixel, Real, Relu, ReluBackward, SampleMoments, Term,
    pack_forward, pack_input_gradient,
};

impl<T: Real> Bench<T> {
    #[expect(clippy::unused_self, reason = "names the scalar")]
    fn close(&self, found: &[T], expected: &[T]) {
        assert_eq!(found.len(), expected.len());
        let scale = expected.iter().map(|v| v.to_f64().abs()).fold(1.0, f64::max);
        for (i, (a, b)) in found.iter().zip(expected).enumerate() {
            let error = (a.to_f64() - b.to_f64()).abs() / scale;
            assert!(error <= tolerance::<T>(), "value {i}: found {a:?}, expected {b:?}");
        }
    }
}

fn tolerance<T>() -> f64 {
    if size_of::<T>() == 4 { 1e-5 } else { 1e-13 }
}

fn halved(size: &Size, stride: usize, channels: usize) -> Size {
    Size { channels, height: size.height.div_ceil(stride), width: size.width.div_ceil(stride), ..*size }
}

fn relu<T: Real>(values: &[T]) -> Vec<T> {
    values.iter().map(|&v| if v > T::ZERO { v } else { T::ZERO }).collect()
}

fn forward<T: Real>(mut bench: Bench<T>, shape: ConvShape, size: Size, with_relu: bool, accumulate: bool) {
    let (values, weights) = (bench.values(size.len()), bench.values(shape.weights()));
    let out = halved(&size, shape.stride, shape.outputs);
    let start = bench.values(out.len());
    let input = bench.padded(&values, &size, with_relu);
    let mut output = block(&start, &out, dense(&out));
    let mut packed = vec![T::ZERO; shape.weights()];
    pack_forward(&shape, &weights, &mut packed);
    let (from, to) = (BlockLayout::padded(size.height, size.width), dense(&out));
    bench.run(Conv { shape, input: &input, from, packed: &packed, output: &mut output, to, accumulate });
    let seen = if with_relu { relu(&values) } else { values };
    let mut expected = reference::conv2d(&shape, &seen, &size, &weights);
    if accumulate {
        expected.iter_mut().zip(&start).for_each(|(e, &s)| *e += s);
    }
    bench.close(&unpack(&output, &out, to), &expected);
}

/// Blocks in the layouts that the gradients' kernels accept: the padded one for 3×3 windows, either for 1×1.
fn laid_out<T: Real>(
    bench: &mut Bench<T>,
    d: &[T],
    size: &Size,
    padded: bool,
) -> (Vec<Pixel<T>>, BlockLayout) {
    if padded {
        (bench.padded(d, size, false), BlockLayout::padded(size.height, size.width))
    } else {
        (block(d, size, dense(size)), dense(size))
    }
}

fn input_gradient<T: Real>(
    mut bench: Bench<T>,
    shape: ConvShape,
    size: Size,
    padded: bool,
    accumulate: bool,
) {
    let out = halved(&size, shape.stride, shape.outputs);
    let (d, weights) = (bench.values(out.len()), bench.values(shape.weights()));
    let start = bench.values(size.len());
    let (output_gradient, from) = laid_out(&mut bench, &d, &out, padded || shape.kernel == 3);
    let (mut input_gradient, to) = laid_out(&mut bench, &start, &size, padded);
    let mut packed = vec![T::ZERO; shape.weights()];
    pack_input_gradient(&shape, &weights, &mut packed);
    bench.run(ConvInputGradient {
        shape,
        output_gradient: &output_gradient,
        from,
        packed: &packed,
        input_gradient: &mut input_gradient,
        to,
        accumulate,
    });
    let mut expected = reference::conv2d_input_gradient(&shape, &d, &size, &weights);
    if accumulate {
        expected.iter_mut().zip(&start).for_each(|(e, &s)| *e += s);
    }
    bench.close(&unpack(&input_gradient, &size, to), &expected);
}

fn weight_gradient<T: Real>(mut bench: Bench<T>, shape: ConvShape, size: Size, padded: bool) {
    let out = halved(&size, shape.stride, shape.outputs);
    let (values, d) = (bench.values(size.len()), bench.values(out.len()));
    let start = bench.values(shape.weights());
    let (input, from) = laid_out(&mut bench, &values, &size, padded || shape.kernel == 3);
    let (output_gradient, gradient_layout) = laid_out(&mut bench, &d, &out, padded);
    let mut gradient = start.clone();
    bench.run(ConvWeightGradient {
        shape,
        input: &input,
        from,
        output_gradient: &output_gradient,
        gradient_layout,
        gradient: &mut gradient,
        lanes: size.images,
    });
    let mut expected = reference::conv2d_weight_gradient(&shape, &values, &size, &d);
    expected.iter_mut().zip(&start).for_each(|(e, &s)| *e += s);
    bench.close(&gradient, &expected);
}

fn affine_sum<T: Real>(mut bench: Bench<T>, size: Size, terms: usize, padded: bool) {
    let values: Vec<Vec<T>> = (0..terms).map(|_| bench.values(size.len())).collect();
    let scales: Vec<Vec<T>> = (0..terms).map(|_| bench.values(size.channels)).collect();
    let bias = bench.values(size.channels);
    let from = dense(&size);
    let blocks: Vec<_> = values.iter().map(|v| block(v, &size, from)).collect();
    let addends: Vec<_> = blocks.iter().zip(&scales).map(|(source, scale)| Term { source, scale }).collect();
    let to = if padded { BlockLayout::padded(size.height, size.width) } else { from };
    let mut output = dirty(to.len(size.channels));
    bench.run(AffineSum { terms: &addends, bias: &bias, from, output: &mut output, to });
    let mut expected = vec![T::ZERO; size.len()];
    for n in 0..size.images {
        for c in 0..size.channels {
            for y in 0..size.height {
                for x in 0..size.width {
                    let sum = (0..terms).map(|t| values[t][size.at(n, c, y, x)] * scales[t][c]).sum::<T>();
                    expected[size.at(n, c, y, x)] = bias[c] + sum;
                }
            }
        }
    }
    bench.close(&unpack(&output, &size, to), &expected);
    let inside: f64 = expected.iter().map(|value| value.to_f64().abs()).sum();
    let all: f64 =
        output.iter().map(|pixel| pixel.0[..size.images].iter().map(|v| v.to_f64().abs()).sum::<f64>()).sum();
    assert!(!padded || (all - inside).abs() <= 1e-3 * (1.0 + inside), "the margin is not zero");
}

fn pools<T: Real>(mut bench: Bench<T>, size: Size) {
    let layout = dense(&size);
    let values = bench.values(size.len());
    let input = block(&values, &size, layout);
    let channels = size.channels;
    let mut output = dirty(layout.len(channels));
    bench.run(AvgPool3 { input: &input, output: &mut output, layout, channels });
    bench.close(&unpack(&output, &size, layout), &reference::avg_pool3(&values, &size));
    let (output_gradient, input_gradient) = (&input[..], &mut output[..]);
    bench.run(AvgPool3Backward { output_gradient, input_gradient, layout, channels });
    bench.close(&unpack(&output, &size, layout), &reference::avg_pool3_backward(&values, &size));
}

fn halving_pool<T: Real>(mut bench: Bench<T>, size: Size) {
    let small = halved(&size, 2, size.channels);
    let (from, to, channels) = (dense(&size), dense(&small), size.channels);
    let (values, d) = (bench.values(size.len()), bench.values(small.len()));
    let input = block(&values, &size, from);
    let mut output = dirty(to.len(channels));
    bench.run(AvgPool2 { input: &input, from, output: &mut output, to, channels });
    bench.close(&unpack(&output, &small, to), &reference::avg_pool2(&values, &size));
    let output_gradient = &block(&d, &small, to)[..];
    let mut gradient = input.clone();
    bench.run(AvgPool2Backward { output_gradient, to, input_gradient: &mut gradient, from, channels });
    let mut expected = reference::avg_pool2_backward(&d, &size);
    expected.iter_mut().zip(&values).for_each(|(e, &v)| *e += v);
    bench.close(&unpack(&gradient, &size, from), &expected);
}

fn reductions<T: Real>(mut bench: Bench<T>, size: Size) {
    let layout = dense(&size);
    let (values, d, centre) =
        (bench.values(size.len()), bench.values(size.len()), bench.values(size.channels));
    let (input, gradient) = (block(&values, &size, layout), block(&d, &size, layout));
    let lanes = size.images;
    let mut moments = vec![SampleMoments::default(); size.channels];
    bench.run(BlockMoments { input: &input, layout, lanes, output: &mut moments });
    let (mut sum, mut pair) = (vec![0.125; size.channels], vec![0.75; 2 * size.channels]);
    let inputs =
        [CentredBlock { block: &input, centre: &centre }, CentredBlock { block: &gradient, centre: &centre }];
    bench.run(CentredDots {
        gradient: &gradient,
        inputs: &inputs,
        layout,
        lanes,
        sum: &mut sum,
        dots: &mut pair,
    });
    let expected_sums = reference::moments(&d, &size);
    let expected_squares = reference::dot(&d, &d, &size, &centre);
    let expected_moments = reference::moments(&values, &size);
    let expected_dots = reference::dot(&d, &values, &size, &centre);
    let scale = (size.len() as f64).max(1.0);
    for c in 0..size.channels {
        let (found, expected) = (moments[c], expected_moments[c]);
        assert_eq!(found.count, expected.count);
        assert!((found.mean - expected.mean).abs() <= tolerance::<T>());
        assert!((found.squares - expected.squares).abs() <= tolerance::<T>() * scale);
        let total = expected_sums[c].mean * expected_sums[c].count;
        assert!((sum[c] - 0.125 - total).abs() <= tolerance::<T>() * scale);
        assert!((pair[c] - 0.75 - expected_dots[c]).abs() <= tolerance::<T>() * scale);
        assert!((pair[size.channels + c] - 0.75 - expected_squares[c]).abs() <= tolerance::<T>() * scale);
    }
}

fn rectifiers<T: Real>(mut bench: Bench<T>, size: Size) {
    let layout = dense(&size);
    let (values, d, start) = (bench.values(size.len()), bench.values(size.len()), bench.values(size.len()));
    let (input, gradient) = (block(&values, &size, layout), block(&d, &size, layout));
    let mut output = input.clone();
    bench.run(Relu { input: &input, output: &mut output });
    bench.close(&unpack(&output, &size, layout), &relu(&values));
    let mut input_gradient = block(&start, &size, layout);
    bench.run(ReluBackward {
        input: &input,
        output_gradient: &gradient,
        input_gradient: &mut input_gradient,
    });
    let expected: Vec<T> =
        (0..size.len()).map(|i| if values[i] > T::ZERO { start[i] + d[i] } else { start[i] }).collect();
    bench.close(&unpack(&input_gradient, &size, layout), &expected);
}

fn heads<T: Real>(mut bench: Bench<T>, size: Size) {
    let (layout, flat) = (dense(&size), BlockLayout::dense(1, 1));
    let values = bench.values(size.len());
    let input = block(&values, &size, layout);
    let point = Size { height: 1, width: 1, ..size };
    let mut output = dirty(size.channels);
    bench.run(GlobalAverage { input: &input, layout, output: &mut output });
    bench.close(&unpack(&output, &point, flat), &reference::global_average(&values, &size));
    let mut input_gradient = dirty(layout.len(size.channels));
    bench.run(GlobalAverageBackward {
        input: &input,
        layout,
        output_gradient: &output,
        input_gradient: &mut input_gradient,
    });
    let area = size.height * size.width;
    let averages = reference::global_average(&values, &size);
    let share = |i: usize| averages[i / area] * T::from_f64(1.0 / area as f64);
    let expected: Vec<T> =
        (0..size.len()).map(|i| if values[i] > T::ZERO { share(i) } else { T::ZERO }).collect();
    bench.close(&unpack(&input_gradient, &size, layout), &expected);
}

fn sizes() -> impl Strategy<Value = Size> {
    (1..=LANES, 1..6_usize, 1..22_usize, 1..22_usize).prop_map(|(images, channels, height, width)| Size {
        images,
        channels,
        height,
        width,
    })
}

fn shapes(inputs: usize) -> impl Strategy<Value = ConvShape> {
    (1..10_usize, prop_oneof![Just(1_usize), Just(3)], 1..=2_usize)
        .prop_map(move |(outputs, kernel, stride)| ConvShape { inputs, outputs, kernel, stride })
}

fn convolutions() -> impl Strategy<Value = (ConvShape, Size)> {
    sizes().prop_flat_map(|size| (shapes(size.channels), Just(size)))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn convolution((shape, size) in convolutions(), relu: bool, accumulate: bool) {
        on_every_path!(forward, shape, size, relu, accumulate);
    }

    #[test]
    fn convolution_gradients((shape, size) in convolutions(), padded: bool, accumulate: bool) {
        on_every_path!(input_gradient, shape, size, padded, accumulate);
        on_every_path!(weight_gradient, shape, size, padded);
    }

    #[test]
    fn sums_of_terms(size in sizes(), terms in 0..7_usize, padded: bool) {
        on_every_path!(affine_sum, size, terms, padded);
    }

    #[test]
    fn pooling(size in sizes()) {
        on_every_path!(pools, size);
        on_every_path!(halving_pool, size);
    }

    #[test]
    fn moments_dots_and_sums(size in sizes()) {
        on_every_path!(reductions, size);
    }

    #[test]
    fn rectifier_and_head(size in sizes()) {
        on_every_path!(rectifiers, size);
        on_every_path!(heads, size);
    }
}

#[test]
fn merged_moments_are_those_of_the_whole() {
    let values: Vec<f64> = (0..24).map(|i| f64::from(i * i % 7) + 100.0).collect();
    let of = |values: &[f64]| {
        let size = Size { images: 1, channels: 1, height: 1, width: values.len() };
        reference::moments(values, &size)[0]
    };
    let merged = of(&values[..5]).merge(of(&values[5..]));
    let whole = of(&values);
    assert_eq!(merged.count, whole.count);
    assert!((merged.mean - whole.mean).abs() < 1e-12);
    assert!((merged.squares - whole.squares).abs() < 1e-10);
    assert_eq!(SampleMoments::default().merge(whole), whole);
}

/// Values far from zero, and an image that is black but for a corner: what a careless pivot would get wrong.
#[expect(clippy::needless_pass_by_value, reason = "as every check on every path")]
fn moments_keep_their_digits<T: Real>(bench: Bench<T>) {
    let size = Size { images: 3, channels: 2, height: 13, width: 17 };
    let value = |i: usize| if i % 221 < 200 { 1e3 } else { 1e3 + (i % 7) as f64 };
    let values: Vec<T> = (0..size.len()).map(|i| T::from_f64(value(i))).collect();
    let input = block(&values, &size, dense(&size));
    let mut found = vec![SampleMoments::default(); size.channels];
    bench.run(BlockMoments { input: &input, layout: dense(&size), lanes: size.images, output: &mut found });
    for (found, expected) in found.iter().zip(reference::moments(&values, &size)) {
        assert!((found.mean / expected.mean - 1.0).abs() < tolerance::<T>());
        assert!((found.squares / expected.squares - 1.0).abs() < 10.0 * tolerance::<T>());
    }
}

#[test]
fn moments_of_large_values_keep_their_digits() {
    on_every_path!(moments_keep_their_digits,);
}

fn not_a_number_passes<T: Real>(mut bench: Bench<T>) {
    let mut input = Pixel([bench.values(1)[0]; LANES]);
    input.0[3] = T::from_f64(f64::NAN);
    let mut output = dirty(1);
    bench.run(Relu { input: &[input], output: &mut output });
    let found: Vec<bool> = output[0].0.iter().map(|value| value.to_f64().is_nan()).collect();
    assert_eq!(found, [false, false, false, true, false, false, false, false]);
}

#[test]
fn a_rectifier_does_not_hide_divergence() {
    on_every_path!(not_a_number_passes,);
}

#[test]
#[should_panic(expected = "fits in memory")]
fn sizes_do_not_wrap_around() {
    let shape = ConvShape { inputs: 1 << 63, outputs: 2, kernel: 1, stride: 1 };
    let (from, to) = (BlockLayout::padded(4, 4), BlockLayout::dense(4, 4));
    let conv = Conv { shape, input: &[], from, packed: &[], output: &mut [], to, accumulate: false };
    Kernels::<f32>::portable().run(conv);
}
