//! Winograd's convolutions against the scalar definition, on every implementation, and the error they promise.

use proptest::prelude::*;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use zodarts_kernels::reference::{self, Size};
use zodarts_kernels::winograd::{
    Blend, WinogradBackward, WinogradFilter, WinogradForward, WinogradGradient, WinogradOutput,
    WinogradTranspose, backward_scratch, filter_len, forward_scratch,
};
use zodarts_kernels::{ConvShape, Kernels, LANES, Layout, Pack, Pad, Pixel, Real, Unpack};

/// Largest error relative to the largest value, in units of the machine's rounding. The bound that
/// `docs/performance.md` states: 2⁻²⁴ · 64 is 4·10⁻⁶ in `f32`.
const BOUND: f64 = 64.0;

/// An implementation under test, with random data for it.
struct Bench<T> {
    kernels: Kernels<T>,
    random: ChaCha8Rng,
}

/// Several convolutions of one input.
#[derive(Clone, Copy, Debug)]
struct Case {
    size: Size,
    outputs: usize,
    convolutions: usize,
}

impl Case {
    fn shape(&self) -> ConvShape {
        ConvShape { inputs: self.size.channels, outputs: self.outputs, kernel: 3, stride: 1 }
    }

    fn out(&self) -> Size {
        Size { channels: self.outputs, ..self.size }
    }

    fn dense(&self) -> Layout {
        Layout::dense(self.size.height, self.size.width)
    }

    fn padded(&self) -> Layout {
        Layout::padded(self.size.height, self.size.width)
    }
}

impl<T: Real> Bench<T> {
    fn new(kernels: Kernels<T>) -> Self {
        Self { kernels, random: ChaCha8Rng::seed_from_u64(11) }
    }

    fn values(&mut self, count: usize) -> Vec<T> {
        (0..count).map(|_| T::from_f64(self.random.random_range(-1.0..1.0))).collect()
    }

    /// A filter and its transform.
    fn filter(&mut self, shape: ConvShape) -> (Vec<T>, Vec<Pixel<T>>) {
        let weights = self.values(shape.weights());
        let mut filter = dirty(filter_len(shape.inputs, shape.outputs));
        let ConvShape { inputs, outputs, .. } = shape;
        self.kernels.run(WinogradFilter { weights: &weights, inputs, outputs, filter: &mut filter });
        (weights, filter)
    }

    fn transposed(&self, filter: &[Pixel<T>], shape: ConvShape) -> Vec<Pixel<T>> {
        let ConvShape { inputs, outputs, .. } = shape;
        let mut transposed = dirty(filter_len(outputs, inputs));
        self.kernels.run(WinogradTranspose { filter, inputs, outputs, transposed: &mut transposed });
        transposed
    }

    fn padded(&self, values: &[T], case: &Case) -> Vec<Pixel<T>> {
        let (from, to) = (case.dense(), case.padded());
        let input = block(values, &case.size, from);
        let mut output = dirty(to.len(case.size.channels));
        let channels = case.size.channels;
        self.kernels.run(Pad { input: &input, from, channels, relu: false, output: &mut output, to });
        output
    }
}

fn dirty<T: Real>(length: usize) -> Vec<Pixel<T>> {
    vec![Pixel([T::from_f64(77.0); LANES]); length]
}

/// A block of `values`, with rubbish in the idle lanes.
fn block<T: Real>(values: &[T], size: &Size, layout: Layout) -> Vec<Pixel<T>> {
    let mut block = dirty(layout.len(size.channels));
    Pack { images: values, count: size.images, channels: size.channels, layout }
        .into_block(&mut block, |v| v);
    for pixel in &mut block {
        pixel.0[size.images..].fill(T::from_f64(-300.0));
    }
    block
}

fn unpack<T: Real>(block: &[Pixel<T>], size: &Size, layout: Layout) -> Vec<T> {
    Unpack { block, count: size.images, channels: size.channels, layout }.to_images()
}

/// Largest error relative to the largest value, in units of rounding of `T`.
fn error<T: Real>(found: &[T], expected: &[T]) -> f64 {
    assert_eq!(found.len(), expected.len());
    let rounding = if size_of::<T>() == 4 { f64::from(f32::EPSILON) } else { f64::EPSILON } / 2.0;
    let scale = expected.iter().map(|v| v.to_f64().abs()).fold(0.0, f64::max);
    let worst = found.iter().zip(expected).map(|(a, b)| (a.to_f64() - b.to_f64()).abs()).fold(0.0, f64::max);
    worst / scale.max(f64::MIN_POSITIVE) / rounding
}

fn assert_close<T: Real>(found: &[T], expected: &[T]) {
    let error = error(found, expected);
    assert!(error <= BOUND, "off by {error} units of rounding");
}

fn forward<T: Real>(mut bench: Bench<T>, case: Case) {
    let values = bench.values(case.size.len());
    let input = bench.padded(&values, &case);
    let filters: Vec<_> = (0..case.convolutions).map(|_| bench.filter(case.shape())).collect();
    let mut blocks = vec![dirty(case.dense().len(case.outputs)); case.convolutions];
    let pairs = blocks.iter_mut().zip(&filters);
    let mut convolutions: Vec<_> =
        pairs.map(|(block, (_, filter))| WinogradOutput { filter, block }).collect();
    bench.kernels.run(WinogradForward {
        input: &input,
        from: case.padded(),
        inputs: case.size.channels,
        outputs: case.outputs,
        convolutions: &mut convolutions,
        to: case.dense(),
        scratch: &mut dirty(forward_scratch(&case.dense(), case.size.channels, case.outputs)),
    });
    for (block, (weights, _)) in blocks.iter().zip(&filters) {
        let expected = reference::conv2d(&case.shape(), &values, &case.size, weights);
        assert_close(&unpack(block, &case.out(), case.dense()), &expected);
    }
}

fn backward<T: Real>(mut bench: Bench<T>, case: Case) {
    let values = bench.values(case.size.len());
    let input = bench.padded(&values, &case);
    let factors: Vec<Vec<T>> = (0..3).map(|_| bench.values(case.outputs)).collect();
    let mut blends = Vec::new();
    for _ in 0..case.convolutions {
        let (d, raw) = (bench.values(case.out().len()), bench.values(case.out().len()));
        let area = case.size.height * case.size.width;
        let gradient: Vec<T> = (0..d.len())
            .map(|i| {
                let channel = i / area % case.outputs;
                factors[0][channel] * d[i] + factors[1][channel] * raw[i] + factors[2][channel]
            })
            .collect();
        let blocks = [d, raw].map(|values| block(&values, &case.out(), case.dense()));
        blends.push((gradient, blocks));
    }
    let filters: Vec<_> = (0..case.convolutions).map(|_| bench.filter(case.shape())).collect();
    let transposed: Vec<_> =
        filters.iter().map(|(_, filter)| bench.transposed(filter, case.shape())).collect();
    let start = bench.values(case.shape().weights());
    let mut gradients = vec![start.clone(); case.convolutions];
    let mut input_gradient = dirty(case.padded().len(case.size.channels));
    let parts = transposed.iter().zip(&blends).zip(&mut gradients);
    let mut convolutions: Vec<_> = parts
        .map(|((transposed, (_, [d, raw])), weights)| WinogradGradient {
            transposed,
            blend: Blend {
                output_gradient: d,
                values: raw,
                gradient: &factors[0],
                raw: &factors[1],
                constant: &factors[2],
            },
            weights,
        })
        .collect();
    let scratch = backward_scratch(&case.dense(), case.size.channels, case.outputs, case.convolutions);
    bench.kernels.run(WinogradBackward {
        input: &input,
        from: case.padded(),
        inputs: case.size.channels,
        outputs: case.outputs,
        convolutions: &mut convolutions,
        to: case.dense(),
        input_gradient: &mut input_gradient,
        lanes: case.size.images,
        scratch: &mut dirty(scratch),
    });
    let mut expected = vec![T::ZERO; case.size.len()];
    for (((gradient, _), (weights, _)), found) in blends.iter().zip(&filters).zip(&gradients) {
        let parts = reference::conv2d_input_gradient(&case.shape(), gradient, &case.size, weights);
        expected.iter_mut().zip(parts).for_each(|(sum, part)| *sum += part);
        let mut wanted = reference::conv2d_weight_gradient(&case.shape(), &values, &case.size, gradient);
        wanted.iter_mut().zip(&start).for_each(|(sum, &start)| *sum += start);
        assert_close(found, &wanted);
    }
    assert_close(&unpack(&input_gradient, &case.size, case.padded()), &expected);
}

fn cases() -> impl Strategy<Value = Case> {
    let channels = || (1usize..=3).prop_map(|eights| 8 * eights);
    (1usize..=LANES, channels(), channels(), 1usize..=11, 1usize..=11, 1usize..=3).prop_map(
        |(images, inputs, outputs, height, width, convolutions)| Case {
            size: Size { images, channels: inputs, height, width },
            outputs,
            convolutions,
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn forward_is_the_definition(case in cases()) {
        forward(Bench::<f32>::new(Kernels::detect()), case);
        forward(Bench::<f32>::new(Kernels::portable()), case);
        forward(Bench::<f64>::new(Kernels::portable()), case);
    }

    #[test]
    fn backward_is_the_definition(case in cases()) {
        backward(Bench::<f32>::new(Kernels::detect()), case);
        backward(Bench::<f32>::new(Kernels::portable()), case);
        backward(Bench::<f64>::new(Kernels::portable()), case);
    }
}

#[test]
fn the_sizes_of_the_supernet_hold_the_bound() {
    for (channels, side) in [(16, 28), (16, 32), (32, 14), (64, 7)] {
        let size = Size { images: 8, channels, height: side, width: side };
        let case = Case { size, outputs: channels, convolutions: 2 };
        forward(Bench::<f32>::new(Kernels::detect()), case);
        backward(Bench::<f32>::new(Kernels::detect()), case);
    }
}
