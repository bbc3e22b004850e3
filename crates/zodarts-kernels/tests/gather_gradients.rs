//! The gathering sweep against its definition, with and without a gate.

use proptest::prelude::*;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use zodarts_kernels::{BlockLayout, GatedGradient, GatherGradients, Kernels, LANES, Pixel, Real, Term};

/// Sizes of a block.
#[derive(Clone, Copy, Debug)]
struct Sizes {
    channels: usize,
    height: usize,
    width: usize,
}

fn sizes() -> impl Strategy<Value = Sizes> {
    (1usize..=3, 1usize..=6, 1usize..=11).prop_map(|(channels, height, width)| Sizes {
        channels,
        height,
        width,
    })
}

fn check<T: Real>(kernels: Kernels<T>, size: Sizes, terms: usize, gated: bool) {
    let Sizes { channels, height, width } = size;
    let mut random = ChaCha8Rng::seed_from_u64(3);
    let mut value = || T::from_f64(random.random_range(-1.0..1.0));
    let (dense, padded) = (BlockLayout::dense(height, width), BlockLayout::padded(height, width));
    let mut block =
        |len: usize| -> Vec<Pixel<T>> { (0..len).map(|_| Pixel(std::array::from_fn(|_| value()))).collect() };
    let sources: Vec<_> = (0..terms).map(|_| block(dense.len(channels))).collect();
    let (gradient, gate) = (block(padded.len(channels)), block(dense.len(channels)));
    let mut output = block(dense.len(channels));
    let scales: Vec<Vec<T>> = (0..=terms).map(|_| (0..channels).map(|_| value()).collect()).collect();
    let addends: Vec<_> = sources.iter().zip(&scales).map(|(source, scale)| Term { source, scale }).collect();
    let gate = gated.then_some(&gate[..]);
    kernels.run(GatherGradients {
        terms: &addends,
        bias: &scales[terms],
        gated: GatedGradient { gradient: &gradient, layout: padded, gate },
        output: &mut output,
        layout: dense,
    });
    let tolerance = if size_of::<T>() == 4 { 1e-6 } else { 1e-14 };
    for channel in 0..channels {
        for (y, x) in (0..height).flat_map(|y| (0..width).map(move |x| (y, x))) {
            let at = dense.at(channel, y, x);
            for lane in 0..LANES {
                let mut expected = scales[terms][channel].to_f64();
                for (source, scale) in sources.iter().zip(&scales) {
                    expected += scale[channel].to_f64() * source[at].0[lane].to_f64();
                }
                if gate.is_none_or(|gate| gate[at].0[lane] > T::ZERO) {
                    expected += gradient[padded.at(channel, y, x)].0[lane].to_f64();
                }
                let found = output[at].0[lane].to_f64();
                assert!((found - expected).abs() <= tolerance, "found {found}, expected {expected}");
            }
        }
    }
}

proptest! {
    #[test]
    fn gathering_is_the_definition(
        size in sizes(),
        terms in 0usize..=4,
        gated: bool,
    ) {
        check(Kernels::<f32>::detect(), size, terms, gated);
        check(Kernels::<f32>::portable(), size, terms, gated);
        check(Kernels::<f64>::portable(), size, terms, gated);
    }
}
