//! Images that are not square: squeezed, padded or cropped, as Pillow does it.
//!
//! `ZODARTS_PYTHON` names a Python with Pillow. Without it, the comparison is skipped, and that is printed.

mod support;

use image::{GrayImage, Luma, Rgb, RgbImage};
use std::fs;
use std::path::Path;
use std::process::Command;
use support::{Npz, npy, open_with};
use tempfile::TempDir;
use zodarts_data::{Dataset, ImageFile, ImageFit, ImageSize, LabelledArrays, OpenOptions, Samples};

const SIDE: usize = 24;
const FITS: [ImageFit; 3] = [ImageFit::Squeeze, ImageFit::Pad, ImageFit::Crop];

fn oblong(width: u32, height: u32) -> RgbImage {
    RgbImage::from_fn(width, height, |x, y| Rgb([(x * 3) as u8, (y * 5) as u8, 40 + ((x * y) % 90) as u8]))
}

/// Two classes of six images of several shapes.
fn folder(root: &Path) {
    for at in 0..12 {
        let path = root.join(format!("{}/{at}.png", if at % 2 == 0 { "a" } else { "b" }));
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        oblong(30 + 10 * (at % 3), 60 - 7 * (at % 4)).save(path).unwrap();
    }
}

fn open(path: &Path, fit: ImageFit, size: Option<usize>) -> Dataset {
    open_with(path, &OpenOptions::default().with_image_size(size).with_fit(fit)).unwrap()
}

#[test]
fn a_file_is_read_as_the_folder_that_holds_it() {
    let place = TempDir::new().unwrap();
    folder(place.path());
    for fit in FITS {
        let data = open(place.path(), fit, Some(24));
        assert_eq!(data.info.fit, fit);
        for position in 0..data.train.len() {
            let path = Path::new(data.train.file(position).unwrap());
            let read = ImageFile::open(path, None).unwrap().with_fit(fit).read(0, 3, 24, 24).unwrap();
            assert_eq!(read, data.train.image(position), "{fit:?}");
        }
    }
}

#[test]
fn each_way_is_another_data_set() {
    let place = TempDir::new().unwrap();
    folder(place.path());
    let prints = FITS.map(|fit| open(place.path(), fit, None).info.fingerprint);
    assert!(prints[0] != prints[1] && prints[1] != prints[2] && prints[0] != prints[2]);
}

#[test]
fn oblong_arrays_become_square_before_anything_is_scaled() {
    let place = TempDir::new().unwrap();
    let path = place.path().join("oblong.npz");
    let mut npz = Npz::valid();
    let pixels = |count: usize| -> Vec<u8> { (0..count * 8).map(|at| 1 + (at % 200) as u8).collect() };
    for (split, count) in [("train", 6), ("val", 4), ("test", 4)] {
        npz.set(&format!("{split}_images"), npy("|u1", &format!("({count}, 2, 4)"), &pixels(count)));
    }
    npz.write(&path);
    let first = |samples: &Samples| -> Vec<f32> {
        samples.image(0).iter().map(|value| (value * 255.0).round()).collect()
    };
    let shape = |data: &Dataset| (data.info.height, data.info.width);
    let data = open(&path, ImageFit::Squeeze, None);
    assert_eq!(shape(&data), (2, 4));
    let data = open(&path, ImageFit::Crop, None);
    assert_eq!((shape(&data), first(&data.train)), ((2, 2), vec![2.0, 3.0, 6.0, 7.0]));
    let data = open(&path, ImageFit::Pad, None);
    let middle = [1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0];
    assert_eq!(shape(&data), (4, 4));
    assert_eq!(first(&data.train), [&[0.0; 4][..], &middle, &[0.0; 4]].concat());
    let labels = (0..14).map(|at| at % 2).collect();
    let size = ImageSize { height: 2, width: 4 };
    let arrays = LabelledArrays::new(size, pixels(14), labels, vec!["a".into(), "b".into()]);
    let data = Dataset::from_arrays(arrays.with_fit(ImageFit::Pad), 0).unwrap();
    assert_eq!((shape(&data), data.info.fit), ((4, 4), ImageFit::Pad));
}

/// Fits each image of `sys.argv[2:]` to a square of a side and prints its bytes in hexadecimal.
const PILLOW: &str = "
import sys
from PIL import Image, ImageOps
side = int(sys.argv[1])
for path in sys.argv[2:]:
    image = Image.open(path).convert('L')
    w, h = image.size
    pad = ImageOps.pad(image, (side, side), method=Image.BILINEAR, color=0)
    s = min(w, h)
    left, top = (w - s) // 2, (h - s) // 2
    crop = image.crop((left, top, left + s, top + s)).resize((side, side), Image.BILINEAR)
    squeeze = image.resize((side, side), Image.BILINEAR)
    print(squeeze.tobytes().hex(), pad.tobytes().hex(), crop.tobytes().hex())
";

#[test]
fn pillow_gives_the_same_to_a_step_of_grey() {
    let Some(python) = std::env::var_os("ZODARTS_PYTHON") else {
        eprintln!("SKIPPED: set ZODARTS_PYTHON to a Python with Pillow");
        return;
    };
    let place = TempDir::new().unwrap();
    // The padding is of whole pixels on both sides.
    let sizes = [(60, 30), (30, 60), (48, 40), (96, 24), (33, 33), (10, 20)];
    let paths: Vec<_> = sizes.iter().map(|(w, h)| place.path().join(format!("{w}x{h}.png"))).collect();
    for (path, (width, height)) in paths.iter().zip(sizes) {
        let value = |x: u32, y: u32| Luma([60 + (x + y) as u8]);
        GrayImage::from_fn(width, height, value).save(path).unwrap();
    }
    let output = Command::new(python).args(["-c", PILLOW, &SIDE.to_string()]).args(&paths).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout).unwrap();
    assert_eq!(text.lines().count(), sizes.len());
    for (line, path) in text.lines().zip(&paths) {
        for (hex, fit) in line.split(' ').zip(FITS) {
            let read = ImageFile::open(path, None).unwrap().with_fit(fit).read(0, 1, SIDE, SIDE).unwrap();
            for (at, value) in read.iter().enumerate() {
                let expected = u8::from_str_radix(&hex[2 * at..2 * at + 2], 16).unwrap();
                let off = (value * 255.0 - f32::from(expected)).abs();
                assert!(
                    off <= 1.01,
                    "{} {fit:?} at {at}: {} is not {expected}",
                    path.display(),
                    value * 255.0
                );
            }
        }
    }
}
