//! Batches: shapes, ranges, reproducibility, and what each augmentation does.

mod support;

use proptest::prelude::*;
use zodarts_data::{
    Alike, Augmentation, Batch, Dataset, Edges, ImageSize, LabelledArrays, Mix, Policy, Samples, ToneRange,
    rng,
};

fn phantom() -> Samples {
    thread_local! {
        static PHANTOM: Samples = support::phantom("phantom").train;
    }
    PHANTOM.with(Clone::clone)
}

fn filled(augmentation: Augmentation, positions: &[usize], seed: u64) -> Batch {
    let mut batch = Batch::new();
    augmentation.batch(&phantom(), positions, &mut rng::stream(seed, "augment", 0), &mut batch);
    batch
}

fn mixes() -> impl Strategy<Value = Mix> {
    prop_oneof![
        Just(Mix::None),
        (0.01f32..3.0).prop_map(|alpha| Mix::Mixup { alpha }),
        (0.01f32..3.0).prop_map(|alpha| Mix::Cutmix { alpha }),
        Just(Mix::Mixup { alpha: 0.0 }),
    ]
}

fn policies() -> impl Strategy<Value = Policy> {
    let warp = (0.0f32..180.0, 0.0f32..1.0, 0.0f32..0.5, 0.0f32..1.0, 0.05f32..1.0, any::<bool>());
    let values = (0.0f32..1.0, 0.0f32..1.0, 0.0f32..0.5, 0.0f32..0.2, 0.0f32..0.5, 0.0f32..0.75);
    let drawn = (warp, values).prop_map(|((rotation, scale, aspect, shift, crop_area, black), values)| {
        let edges = if black { Edges::Black } else { Edges::Reflected };
        let mut policy = Policy::none();
        let range = &mut policy.warp;
        (range.rotation, range.scale, range.aspect, range.shift) = (rotation, scale, aspect, shift);
        (range.crop_area, range.upside_down, range.edges) = (crop_area, true, edges);
        let (gamma, contrast, brightness, blur, noise, cutout) = values;
        policy.tone = ToneRange { gamma, contrast, brightness };
        (policy.blur, policy.noise, policy.cutout) = (blur, noise, cutout);
        policy
    });
    prop_oneof![
        Just(Policy::none()),
        Just(Policy::light()),
        Just(Policy::medium()),
        Just(Policy::strong()),
        drawn
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn batches_keep_shapes_ranges_and_seeds(
        positions in prop::collection::vec(0usize..360, 0..9),
        input_size in 1usize..70,
        crop_padding in 0usize..9,
        flip: bool,
        policy in policies(),
        mix in mixes(),
        seed: u64,
    ) {
        let augmentation = Augmentation::none(input_size)
            .with_flip(flip)
            .with_crop_padding(crop_padding)
            .with_policy(policy)
            .with_mix(mix);
        let batch = filled(augmentation, &positions, seed);
        let expected = (positions.len(), 1, input_size, input_size);
        prop_assert_eq!((batch.n, batch.channels, batch.height, batch.width), expected);
        prop_assert_eq!(batch.images.len(), positions.len() * input_size * input_size);
        prop_assert!(batch.images.iter().all(|value| (0.0..=1.0).contains(value)));
        prop_assert!(batch.targets.chunks_exact(2).all(|row| (row[0] + row[1] - 1.0).abs() < 1e-6));
        let mut labels = batch.labels.iter().zip(&positions);
        prop_assert!(labels.all(|(&label, &at)| [label] == *phantom().labels(at)));
        let again = filled(augmentation, &positions, seed);
        prop_assert_eq!((again.images, again.targets), (batch.images, batch.targets));
    }
}

#[test]
fn none_is_the_identity() {
    let batch = filled(Augmentation::none(28), &[5, 0, 5], 1);
    assert_eq!(batch.images, [5, 0, 5].map(|at| phantom().image(at)).concat());
    assert_eq!(batch.targets, [0.0, 1.0, 1.0, 0.0, 0.0, 1.0]);
    let mut plain = Batch::new();
    plain.fill(&phantom(), &[5, 0, 5], 28);
    assert_eq!((plain.images, plain.targets, plain.labels), (batch.images, batch.targets, batch.labels));
    let resized = filled(Augmentation::none(32), &[7, 1], 1);
    let mut plain = Batch::new();
    plain.fill(&phantom(), &[7, 1], 32);
    assert_eq!(plain.images, resized.images);
}

#[test]
fn a_reused_batch_equals_a_new_one_and_does_not_allocate() {
    let augmentation = Augmentation::standard(32).with_mix(Mix::Cutmix { alpha: 1.0 });
    let mut batch = filled(augmentation, &(0..16).collect::<Vec<_>>(), 0);
    let before = (batch.images.as_ptr(), batch.targets.as_ptr(), batch.labels.as_ptr());
    augmentation.batch(&phantom(), &[3, 4, 5], &mut rng::stream(9, "augment", 0), &mut batch);
    let fresh = filled(augmentation, &[3, 4, 5], 9);
    assert_eq!(
        (&batch.images, &batch.targets, &batch.labels),
        (&fresh.images, &fresh.targets, &fresh.labels)
    );
    assert_eq!((batch.images.as_ptr(), batch.targets.as_ptr(), batch.labels.as_ptr()), before);
}

#[test]
fn flips_happen_half_of_the_time_and_mirror() {
    let augmentation = Augmentation::none(28).with_flip(true);
    let positions: Vec<usize> = (0..360).collect();
    let batch = filled(augmentation, &positions, 2);
    let mut flipped = 0;
    for (at, image) in batch.images.chunks_exact(784).enumerate() {
        let original = phantom().image(at);
        if image != original {
            let mirrored: Vec<f32> =
                original.chunks_exact(28).flat_map(|row| row.iter().rev()).copied().collect();
            assert_eq!(image, mirrored);
            flipped += 1;
        }
    }
    assert!((140..220).contains(&flipped), "{flipped} of 360");
}

#[test]
fn crops_shift_by_at_most_the_padding() {
    let augmentation = Augmentation::none(28).with_crop_padding(2);
    let batch = filled(augmentation, &[7; 200], 4);
    let original = phantom().image(7);
    let shifted = |down: i64, right: i64| -> Vec<f32> {
        let pixel = |y: i64, x: i64| {
            if (0..28).contains(&y) && (0..28).contains(&x) { original[(y * 28 + x) as usize] } else { 0.0 }
        };
        (0..784).map(|at| pixel(at / 28 + down, at % 28 + right)).collect()
    };
    let allowed: Vec<Vec<f32>> = (0..25).map(|at| shifted(at / 5 - 2, at % 5 - 2)).collect();
    let mut seen = [false; 25];
    for image in batch.images.chunks_exact(784) {
        seen[allowed.iter().position(|other| other == image).expect("a shift within the padding")] = true;
    }
    assert!(seen.iter().filter(|&&seen| seen).count() > 22);
}

#[test]
fn mixup_blends_pixels_as_targets() {
    // The two images are of different classes, so the target says how much of each went in.
    let plain = filled(Augmentation::none(28), &[0, 1], 0);
    let mut mixed = 0;
    for seed in 0..20 {
        let batch = filled(Augmentation::none(28).with_mix(Mix::Mixup { alpha: 1.0 }), &[0, 1], seed);
        let share = batch.targets[0];
        for (at, value) in batch.images[..784].iter().enumerate() {
            let expected = share * plain.images[at] + (1.0 - share) * plain.images[784 + at];
            assert!((value - expected).abs() < 1e-5);
        }
        mixed += usize::from(share < 1.0);
    }
    assert!(mixed > 4, "only {mixed} of 20 batches were paired across");
}

#[test]
fn cutmix_targets_follow_the_area() {
    let plain = filled(Augmentation::none(28), &[0, 1], 0);
    let mut mixed = 0;
    for seed in 0..40 {
        let batch = filled(Augmentation::none(28).with_mix(Mix::Cutmix { alpha: 1.0 }), &[0, 1], seed);
        let (own, other) = plain.images.split_at(784);
        let pasted = (0..784).filter(|&at| batch.images[at] != own[at]).collect::<Vec<_>>();
        assert!(pasted.iter().all(|&at| batch.images[at] == other[at]));
        // Pixels that happen to be equal in both images are not seen as pasted.
        let area = (1.0 - batch.targets[0]) * 784.0;
        assert!(area + 1e-3 >= pasted.len() as f32 && area * 0.9 <= pasted.len() as f32 + 2.0, "{area}");
        mixed += usize::from(!pasted.is_empty());
    }
    assert!(mixed > 8, "only {mixed} of 40 batches were pasted across");
}

#[test]
fn a_policy_changes_every_image_by_draws_of_its_own_and_means_the_same_at_every_size() {
    let blank = |image: &[f32]| image.iter().all(|value| *value == image[0]);
    for policy in [Policy::light(), Policy::medium(), Policy::strong()] {
        let [small, large] =
            [28, 56].map(|side| filled(Augmentation::none(side).with_policy(policy), &[7; 40], 4));
        let images: Vec<&[f32]> = small.images.chunks_exact(784).collect();
        for (at, image) in images.iter().enumerate() {
            assert!(!blank(image) && images[..at].iter().all(|other| other != image), "image {at}");
        }
        // Noise draws a number for each pixel, so later images differ.
        let first = if policy.noise > 0.0 { 0..1 } else { 0..40 };
        for at in first {
            let (few, many) = (&small.images[at * 784..][..784], &large.images[at * 3136..][..3136]);
            let mean = |values: &[f32]| values.iter().sum::<f32>() / values.len() as f32;
            assert!((mean(few) - mean(many)).abs() < 0.03, "image {at}: {} {}", mean(few), mean(many));
        }
    }
}

#[test]
fn large_images_are_shrunk_before_they_are_warped() {
    // A fine pattern is grey from afar. Read pixel by pixel, it would be black or white.
    let pixel = |at: usize| if (at % 64 + at / 64).is_multiple_of(2) { 0 } else { 255 };
    let (pixels, labels) = ((0..40 * 64 * 64).map(pixel).collect(), (0..40).map(|at| at % 2).collect());
    let classes = ["a", "b"].map(str::to_owned).to_vec();
    let mut arrays = LabelledArrays::new(ImageSize::square(64), pixels, labels, classes);
    arrays.alike = Alike::Apart;
    let samples = Dataset::from_arrays(arrays, 0).unwrap().train;
    let mut policy = Policy::none();
    policy.warp.rotation = 30.0;
    let mut batch = Batch::new();
    let augmentation = Augmentation::none(8).with_policy(policy);
    augmentation.batch(&samples, &[0, 1], &mut rng::stream(1, "augment", 0), &mut batch);
    assert!(batch.images.iter().all(|value| (value - 0.5).abs() < 0.05), "{:?}", batch.images);
}
