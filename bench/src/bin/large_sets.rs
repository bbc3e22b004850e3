//! Makes two large data sets of phantoms to measure on: an archive of 28×28 grey images, and class folders of
//! larger PNG files in colour.
//! Files that are there already are left alone.

#[path = "../../../crates/zodarts-data/tests/support/mod.rs"]
#[allow(missing_docs, unreachable_pub, reason = "written for tests")]
mod made;

use anyhow::{Context, Result};
use clap::Parser;
use image::{Rgb, RgbImage};
use made::{Npz, npy};
use rand::RngExt;
use rayon::prelude::*;
use std::fs;
use std::path::{Path, PathBuf};
use zodarts_data::rng::stream;
use zodarts_data::{Dataset, ImageSize, OpenOptions, Resizer};

/// Images of one phantom.
const PHANTOM: usize = 600;
/// Height and width of its images.
const SIDE: usize = 28;
/// The most steps of grey by which noise moves a pixel. Without noise, files would be read faster than those
/// of a camera.
const NOISE: u8 = 8;

/// Makes two large data sets of phantoms: FOLDER/archive.npz and FOLDER/files.
#[derive(Parser)]
struct Arguments {
    /// The folder to write to.
    folder: PathBuf,
    /// Images of the archive.
    #[arg(long, default_value_t = 200_000)]
    images: usize,
    /// PNG files.
    #[arg(long, default_value_t = 20_000)]
    files: usize,
    /// Height and width of their images.
    #[arg(long, default_value_t = 224)]
    side: usize,
}

fn main() -> Result<()> {
    let Arguments { folder, images, files, side } = Arguments::parse();
    fs::create_dir_all(&folder).with_context(|| folder.display().to_string())?;
    once(&folder.join("archive.npz"), |path| archive(path, images))?;
    once(&folder.join("files"), |path| class_folders(path, files, side))
}

/// Makes what is not there under another name first, so that what is there is whole.
fn once(path: &Path, make: impl FnOnce(&Path) -> Result<()>) -> Result<()> {
    if path.exists() {
        return Ok(());
    }
    let begun = path.with_extension("begun");
    make(&begun).with_context(|| begun.display().to_string())?;
    Ok(fs::rename(begun, path)?)
}

/// An image of 28×28 bytes, and its class.
type Grey = (Vec<u8>, u8);

/// The first images of many phantoms.
fn phantoms(count: usize) -> Result<Vec<Grey>> {
    let seeds = 0..count.div_ceil(PHANTOM);
    let sets = seeds.into_par_iter().map(phantom).collect::<Result<Vec<_>>>()?;
    Ok(sets.into_iter().flatten().take(count).collect())
}

fn phantom(seed: usize) -> Result<Vec<Grey>> {
    let data = Dataset::open(&format!("phantom:{seed}"), &OpenOptions::default(), &|_| ())?;
    let all = data.train.merged(&data.val).merged(&data.test.unseal());
    let bytes = |values: Vec<f32>| values.iter().map(|value| (value * 255.0).round() as u8).collect();
    Ok((0..all.len()).map(|at| (bytes(all.image(at)), all.labels(at)[0] as u8)).collect())
}

/// Nine tenths for training, the rest for validation and test.
fn archive(path: &Path, count: usize) -> Result<()> {
    let images = phantoms(count)?;
    let (train, rest) = images.split_at(count * 9 / 10);
    let (val, test) = rest.split_at(rest.len() / 2);
    let mut npz = Npz { arrays: Vec::new() };
    for (split, images) in [("train", train), ("val", val), ("test", test)] {
        let (pixels, labels): (Vec<&[u8]>, Vec<u8>) =
            images.iter().map(|(pixels, class)| (&pixels[..], *class)).unzip();
        let shape = format!("({}, {SIDE}, {SIDE})", images.len());
        npz.set(&format!("{split}_images"), npy("|u1", &shape, &pixels.concat()));
        npz.set(&format!("{split}_labels"), npy("|u1", &format!("({}, 1)", images.len()), &labels));
    }
    npz.write(path);
    Ok(())
}

/// A folder for each class.
fn class_folders(path: &Path, count: usize, side: usize) -> Result<()> {
    for class in 0..2 {
        fs::create_dir_all(path.join(format!("class-{class}")))?;
    }
    phantoms(count)?.par_iter().enumerate().try_for_each(|(at, (pixels, class))| {
        let file = path.join(format!("class-{class}")).join(format!("{at:06}.png"));
        Ok(enlarged(pixels, side, at as u64).save(file)?)
    })
}

/// An image at another size, with a colour of its own and noise.
fn enlarged(pixels: &[u8], side: usize, number: u64) -> RgbImage {
    let values: Vec<f32> = pixels.iter().map(|value| f32::from(*value) / 255.0).collect();
    let mut planes = vec![0.0; side * side];
    Resizer::new(ImageSize::square(SIDE), ImageSize::square(side)).resize(&values, &mut planes);
    let mut random = stream(0, "large-sets", number);
    let tint: [f32; 3] = std::array::from_fn(|_| random.random_range(0.6..0.95));
    RgbImage::from_fn(side as u32, side as u32, |x, y| {
        let grey = planes[y as usize * side + x as usize] * 255.0;
        let noise = f32::from(random.random_range(0..NOISE));
        Rgb(tint.map(|share| (share * grey + noise) as u8))
    })
}
