//! Every kind of image file that Pillow writes, read as Pillow reads it.

#[path = "support/pillow.rs"]
mod pillow;
mod support;

use std::path::{Path, PathBuf};
use support::{grey_png, open, says};
use tempfile::TempDir;
use zodarts_data::{Dataset, Notice, OpenEvent, OpenOptions, read_image_file};

/// Returns the largest difference from Pillow's values that a format may have. Decoders of lossy formats
/// differ in the rounding of the inverse transform, and in the interpolation of colours.
fn allowed(path: &Path) -> f32 {
    let name = path.file_name().unwrap().to_str().unwrap();
    let lossy = name.ends_with("jpg") || name == "rgb.webp" || name == "rgb-jpeg.tif";
    if lossy { 6.0 / 255.0 } else { 1e-6 }
}

#[test]
fn pixels_are_those_of_pillow() {
    let place = TempDir::new().unwrap();
    if pillow::script("pillow_makes.py", &[place.path().to_owned()]).is_none() {
        return;
    }
    let mut files: Vec<PathBuf> =
        place.path().read_dir().unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    let images = pillow::images(&files).unwrap();
    assert_eq!(images.len(), files.len());
    let mut wrong = Vec::new();
    for (path, image) in &images {
        match read_image_file(path, 3, image.height, image.width) {
            Ok(planes) if image.difference(&planes) <= allowed(path) => {}
            Ok(planes) => wrong.push(format!("{}: differs by {}", path.display(), image.difference(&planes))),
            Err(error) => wrong.push(error.to_string()),
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn a_cut_file_that_is_read_is_read_alike_by_pillow() {
    let place = TempDir::new().unwrap();
    let (made, cut) = (place.path().join("made"), place.path().join("cut"));
    for folder in [&made, &cut] {
        std::fs::create_dir(folder).unwrap();
    }
    if pillow::script("pillow_makes.py", std::slice::from_ref(&made)).is_none() {
        return;
    }
    let mut accepted = Vec::new();
    for entry in made.read_dir().unwrap() {
        let path = entry.unwrap().path();
        let (bytes, name) = (std::fs::read(&path).unwrap(), path.file_name().unwrap().to_str().unwrap());
        let last = (1..20).map(|less| bytes.len() - less);
        for length in (0..bytes.len()).step_by(37).chain(last) {
            let path = cut.join(format!("{length}-{name}"));
            std::fs::write(&path, &bytes[..length]).unwrap();
            if read_image_file(&path, 3, 29, 37).is_ok() {
                accepted.push(path);
            }
        }
    }
    eprintln!("{} cut files are read: {accepted:?}", accepted.len());
    let images = pillow::images(&accepted).unwrap();
    for path in &accepted {
        let image = images.get(path).unwrap_or_else(|| panic!("Pillow refuses {}", path.display()));
        let planes = read_image_file(path, 3, image.height, image.width).unwrap();
        assert!(image.difference(&planes) <= allowed(path), "{} has other pixels", path.display());
    }
}

#[test]
fn every_extension_of_a_format_is_an_image_in_a_folder() {
    let folder = TempDir::new().unwrap();
    let png = folder.path().join("a/00.png");
    grey_png(&png, 8, 1);
    let names = "apng jpg JPEG jpe jfif jif bmp dib tif TIFF webp gif pgm ppm pnm pbm pam";
    for (at, extension) in names.split(' ').enumerate() {
        // The content tells the format.
        std::fs::copy(&png, folder.path().join(format!("a/{at}.{extension}"))).unwrap();
        grey_png(&folder.path().join(format!("b/{at}.png")), 8, 100 + at as u8);
    }
    let data = open(folder.path()).unwrap();
    let all = data.train.merged(&data.val).merged(&data.test.unseal());
    assert_eq!(all.class_counts(), [18, 17]);
}

/// Returns a GIF file of some images of 2×2 pixels.
fn gif(images: usize) -> Vec<u8> {
    let start = b"GIF89a\x02\0\x02\0\x80\0\0\0\0\0\xff\xff\xff";
    // Codes 4 (clear), 1, 0, 0, 1, 5 (end) of three bits.
    let image = b"\x2c\0\0\0\0\x02\0\x02\0\0\x02\x03\x0c\x10\x05\0";
    [&start[..], &image.repeat(images), b"\x3b"].concat()
}

#[test]
fn an_animation_is_its_first_image_and_that_is_told() {
    let folder = TempDir::new().unwrap();
    for at in 0..4 {
        for (class, images) in [("a", 1), ("b", 1 + at % 2)] {
            let path = folder.path().join(format!("{class}/{at}.gif"));
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, gif(images)).unwrap();
        }
    }
    let seen = std::cell::RefCell::new(Vec::new());
    let on_event = |event| {
        if let OpenEvent::Notice(notice @ Notice::LaterFrames { .. }) = event {
            seen.borrow_mut().push(notice);
        }
    };
    let data = Dataset::open(folder.path().to_str().unwrap(), &OpenOptions::default(), &on_event).unwrap();
    assert_eq!(*seen.borrow(), [Notice::LaterFrames { files: 2 }]);
    assert_eq!(data.train.image(0), [1.0, 0.0, 0.0, 1.0]);
}

#[test]
fn a_file_of_another_kind_is_refused_by_name() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("x.jpg");
    for (bytes, part) in [
        (&b"<html>not found</html>"[..], "it is a page of HTML or XML"),
        (b"\0\0\0\x0cjP  \r\n\x87\n", "it is a JPEG 2000 file"),
        (b"GIF89a\x02\0\x02\0\x80\0\0", "cut short"),
    ] {
        std::fs::write(&path, bytes).unwrap();
        says(&read_image_file(&path, 1, 8, 8).unwrap_err(), &["x.jpg", part]);
    }
    std::fs::write(folder.path().join("x"), "text").unwrap();
    let error = read_image_file(&folder.path().join("x"), 1, 8, 8).unwrap_err();
    says(&error, &["it is no image of a format that is read"]);
}
