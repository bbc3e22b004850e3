//! Kernels with channels in the lanes against the scalar twins, one image at a time, on every implementation.

#[macro_use]
mod common;

use common::{Bench, dense, dirty};
use proptest::prelude::*;
use zodarts_kernels::reference::{self, Size};
use zodarts_kernels::{
    AvgPool3, BlockLayout, ChannelConv, ChannelSource, ChannelSum, ChannelTerm, ChannelWinograd, ConvShape,
    GlobalAverage, Kernels, LANES, Pad, Pixel, Real, channel_filter_len, channel_weights,
    channel_winograd_scratch, pack_channel_filter, pack_channels, planes,
};

/// A block of one image with a margin.
fn padded<T: Real>(bench: &Bench<T>, values: &[T], size: &Size) -> Vec<Pixel<T>> {
    let (from, to) = (dense(size), BlockLayout::padded(size.height, size.width));
    let channels = planes(size.channels);
    let mut output = dirty(to.len(channels));
    bench.run(Pad { input: &block(values, size), from, channels, relu: false, output: &mut output, to });
    output
}

/// Holds values to expected ones, up to `ulps` roundings of the largest.
fn close<T: Real>(found: &[T], expected: &[T], ulps: f64) {
    assert_eq!(found.len(), expected.len());
    let epsilon = if size_of::<T>() == 4 { f64::from(f32::EPSILON) } else { f64::EPSILON };
    let scale = expected.iter().map(|v| v.to_f64().abs()).fold(1.0, f64::max);
    for (i, (a, b)) in found.iter().zip(expected).enumerate() {
        let error = (a.to_f64() - b.to_f64()).abs() / scale;
        assert!(error <= ulps * epsilon, "value {i}: found {a:?}, expected {b:?}");
    }
}

/// Visits (index in the image, plane index in the block, lane) of every value.
fn places(size: &Size) -> impl Iterator<Item = (usize, usize, usize)> + '_ {
    (0..size.channels).flat_map(move |c| {
        (0..size.height * size.width).map(move |i| {
            let (y, x) = (i / size.width, i % size.width);
            (size.at(0, c, y, x), dense(size).at(c / LANES, y, x), c % LANES)
        })
    })
}

/// An image as a block, with rubbish in the lanes of no channel.
fn block<T: Real>(values: &[T], size: &Size) -> Vec<Pixel<T>> {
    let mut block = dirty(dense(size).len(planes(size.channels)));
    for (value, pixel, lane) in places(size) {
        block[pixel].0[lane] = values[value];
    }
    block
}

fn unblock<T: Real>(block: &[Pixel<T>], size: &Size) -> Vec<T> {
    let mut values = vec![T::ZERO; size.len()];
    for (value, pixel, lane) in places(size) {
        values[value] = block[pixel].0[lane];
    }
    values
}

/// One value a channel, as pixels.
fn per_channel<T: Real>(values: &[T]) -> Vec<Pixel<T>> {
    block(values, &Size { images: 1, channels: values.len(), height: 1, width: 1 })
}

fn add<T: Real>(to: &mut [T], values: &[T]) {
    to.iter_mut().zip(values).for_each(|(sum, &value)| *sum += value);
}

fn direct<T: Real>(mut bench: Bench<T>, shape: ConvShape, size: Size) {
    let (height, width) = (size.height.div_ceil(shape.stride), size.width.div_ceil(shape.stride));
    let out = Size { channels: shape.outputs, height, width, ..size };
    let (values, weights) = (bench.values(size.len()), bench.values(shape.weights()));
    let mut expected = bench.values(out.len());
    let mut output = block(&expected, &out);
    let mut packed = dirty(channel_weights(&shape));
    pack_channels(&shape, &weights, &mut packed);
    let (input, from) = match shape.kernel {
        1 => (block(&values, &size), dense(&size)),
        _ => (padded(&bench, &values, &size), BlockLayout::padded(size.height, size.width)),
    };
    let to = dense(&out);
    bench.run(ChannelConv { shape, input: &input, from, packed: &packed, output: &mut output, to });
    add(&mut expected, &reference::conv2d(&shape, &values, &size, &weights));
    close(&unblock(&output, &out), &expected, 64.0);
}

fn winograd<T: Real>(mut bench: Bench<T>, inputs: &[usize], outputs: usize, size: Size) {
    let out = Size { channels: outputs, ..size };
    let mut expected = bench.values(out.len());
    let mut output = block(&expected, &out);
    let mut sources = Vec::new();
    for &inputs in inputs {
        let size = Size { channels: inputs, ..size };
        let shape = ConvShape { inputs, outputs, kernel: 3, stride: 1 };
        let (values, weights) = (bench.values(size.len()), bench.values(shape.weights()));
        add(&mut expected, &reference::conv2d(&shape, &values, &size, &weights));
        let mut filter = dirty(channel_filter_len(inputs, outputs));
        pack_channel_filter(bench.kernels, inputs, outputs, &weights, &mut filter);
        sources.push((padded(&bench, &values, &size), inputs, filter));
    }
    let sources =
        sources.iter().map(|(input, inputs, filter)| ChannelSource { input, inputs: *inputs, filter });
    let to = dense(&out);
    let most = inputs.iter().copied().max().unwrap();
    bench.run(ChannelWinograd {
        sources: &sources.collect::<Vec<_>>(),
        from: BlockLayout::padded(size.height, size.width),
        output: &mut output,
        to,
        outputs,
        scratch: &mut dirty(channel_winograd_scratch(&to, most, outputs)),
    });
    close(&unblock(&output, &out), &expected, 400.0);
}

fn sum<T: Real>(mut bench: Bench<T>, size: Size, terms: usize) {
    let bias = bench.values(size.channels);
    let terms: Vec<_> = (0..terms).map(|_| (bench.values(size.len()), bench.values(size.channels))).collect();
    let area = size.height * size.width;
    let expected: Vec<T> = (0..size.len())
        .map(|i| terms.iter().fold(bias[i / area], |sum, (x, scale)| sum + scale[i / area] * x[i]))
        .collect();
    let blocks: Vec<_> = terms.iter().map(|(x, scale)| (block(x, &size), per_channel(scale))).collect();
    let addends: Vec<_> = blocks.iter().map(|(source, scale)| ChannelTerm { source, scale }).collect();
    let (layout, channels) = (dense(&size), size.channels);
    let mut output = dirty(layout.len(planes(channels)));
    let bias = per_channel(&bias);
    bench.run(ChannelSum { terms: &addends, bias: &bias, output: &mut output, layout, channels });
    close(&unblock(&output, &size), &expected, 8.0);
}

/// Kernels that treat all lanes alike do not care what lanes mean.
fn pooling<T: Real>(mut bench: Bench<T>, size: Size) {
    let values = bench.values(size.len());
    let (layout, channels) = (dense(&size), planes(size.channels));
    let input = block(&values, &size);
    let mut output = dirty(layout.len(channels));
    bench.run(AvgPool3 { input: &input, output: &mut output, layout, channels });
    close(&unblock(&output, &size), &reference::avg_pool3(&values, &size), 8.0);
    let mut averages = dirty(channels);
    bench.run(GlobalAverage { input: &input, layout, output: &mut averages });
    let one = Size { height: 1, width: 1, ..size };
    let found: Vec<T> = (0..one.channels).map(|c| averages[c / LANES].0[c % LANES]).collect();
    close(&found, &reference::global_average(&values, &size), 64.0);
}

fn image(channels: std::ops::Range<usize>, sides: std::ops::Range<usize>) -> impl Strategy<Value = Size> {
    (channels, sides.clone(), sides).prop_map(|(channels, height, width)| Size {
        images: 1,
        channels,
        height,
        width,
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn direct_convolution(
        size in image(1..35, 1..15),
        outputs in 1usize..35,
        kernel in prop::sample::select(vec![1, 3]),
        stride in 1usize..3,
    ) {
        let shape = ConvShape { inputs: size.channels, outputs, kernel, stride };
        on_every_path!(direct, shape, size);
    }

    #[test]
    fn winograd_convolutions(
        size in image(1..2, 1..15),
        inputs in prop::collection::vec(1usize..35, 1..4),
        outputs in 1usize..35,
    ) {
        on_every_path!(winograd, &inputs, outputs, size);
    }

    #[test]
    fn weighted_sums(size in image(1..20, 1..10), terms in 0usize..4) {
        on_every_path!(sum, size, terms);
    }

    #[test]
    fn pooling_and_averages(size in image(1..20, 1..10)) {
        on_every_path!(pooling, size);
    }
}

/// Large enough for several strips of tiles, the last one shorter.
#[test]
fn winograd_over_several_strips() {
    let size = Size { images: 1, channels: 48, height: 70, width: 45 };
    on_every_path!(winograd, &[48, 16], 40, size);
}
