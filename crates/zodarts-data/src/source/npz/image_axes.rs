//! The meaning of the axes of an array of images or volumes.

use super::header::NpyHeader;
use crate::source::medmnist::MedMnistFile;
use crate::store::ImageShape;

/// The largest height or width of an image in an array, and the most slices of a volume.
const MAX_SIDE: usize = 1024;
/// Advice on arrays that may be volumes.
const MAY_BE_VOLUMES: &str = "volumes (N, D, H, W) are read slice by slice with --volumes slices; other \
                              numbers of channels are not supported";

/// The form that an array of images is expected to have.
#[derive(Clone, Copy, Debug)]
pub(super) struct ImageForm {
    /// The MedMNIST file whose shape the array must have.
    pub known: Option<MedMnistFile>,
    /// True if each sample is a volume of slices.
    pub volumes: bool,
}

/// The axes of an array of images or volumes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct ImageAxes {
    /// Number of images or volumes.
    pub count: usize,
    /// Slices of each volume; `None` for images.
    pub slices: Option<usize>,
    /// The shape of an image or slice.
    pub shape: ImageShape,
}

/// A shape that cannot be used.
#[derive(Clone, Debug)]
pub(super) struct AxesFault {
    pub expected: String,
    pub hint: Option<&'static str>,
}

impl AxesFault {
    fn new(expected: &str, hint: impl Into<Option<&'static str>>) -> Self {
        Self { expected: expected.to_owned(), hint: hint.into() }
    }
}

impl ImageAxes {
    /// Returns the axes of an array by its header.
    pub fn of(header: &NpyHeader, form: ImageForm) -> Result<Self, AxesFault> {
        let axes = if form.volumes { of_volumes(&header.shape)? } else { of_images(&header.shape)? };
        if header.fortran_order {
            return Err(AxesFault::new("the same in C order", "save numpy.ascontiguousarray(images)"));
        }
        axes.check_size()?;
        match form.known {
            Some(file) => axes.check_known(file),
            None => Ok(axes),
        }
    }

    fn check_size(self) -> Result<(), AxesFault> {
        let fits = |side: usize| (1..=MAX_SIDE).contains(&side);
        let ImageShape { height, width, .. } = self.shape;
        if self.count > 0 && fits(height) && fits(width) && fits(self.slices.unwrap_or(1)) {
            return Ok(());
        }
        Err(AxesFault::new(
            match self.slices {
                Some(_) => "at least one volume of 1 to 1024 slices of 1 to 1024 pixels a side",
                None => "at least one image of 1 to 1024 pixels a side",
            },
            None,
        ))
    }

    fn check_known(self, file: MedMnistFile) -> Result<Self, AxesFault> {
        let (size, channels) = (file.size(), file.set.channels);
        let shape = ImageShape { height: size, width: size, channels };
        if self.shape == shape && self.slices == file.set.volumes.then_some(size) {
            return Ok(self);
        }
        let voxels = if file.set.volumes { format!("{size}×{size}×{size} voxels") } else { pixels(size) };
        let flag = format!("{}{}", file.set.name, file.size_flag());
        let expected = format!("{voxels}, {channels} channel(s), as {flag} has");
        Err(AxesFault::new(&expected, "rename the file if it is another data set"))
    }

    /// Returns the axes as a shape of any number of samples.
    pub fn text(self) -> String {
        let ImageShape { height, width, channels } = self.shape;
        match self.slices {
            Some(slices) => format!("(N, {slices}, {height}, {width}, {channels})"),
            None => format!("(N, {height}, {width}, {channels})"),
        }
    }
}

fn pixels(size: usize) -> String {
    format!("{size}×{size} pixels")
}

fn of_images(shape: &[usize]) -> Result<ImageAxes, AxesFault> {
    let (count, height, width, channels) = match *shape {
        [count, height, width] => (count, height, width, 1),
        [count, height, width, channels @ (1 | 3)] => (count, height, width, channels),
        [_, _, _, _] | [_, _, _, _, _] => {
            return Err(AxesFault::new("(N, H, W) or (N, H, W, 3)", MAY_BE_VOLUMES));
        }
        _ => return Err(AxesFault::new("(N, H, W) for grey or (N, H, W, 3) for RGB images", None)),
    };
    Ok(ImageAxes { count, slices: None, shape: ImageShape { height, width, channels } })
}

fn of_volumes(shape: &[usize]) -> Result<ImageAxes, AxesFault> {
    let (count, slices, height, width, channels) = match *shape {
        // Slices as narrow as this are images in colour.
        [count, slices, height, width] if ![1, 3].contains(&width) => (count, slices, height, width, 1),
        [count, slices, height, width, channels @ (1 | 3)] => (count, slices, height, width, channels),
        _ => {
            let hint = "leave --volumes out if these are images; a network of volumes is for volumes";
            return Err(AxesFault::new("(N, D, H, W) or (N, D, H, W, 3) for volumes", hint));
        }
    };
    Ok(ImageAxes { count, slices: Some(slices), shape: ImageShape { height, width, channels } })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn axes(shape: &[usize], volumes: bool) -> Result<ImageAxes, AxesFault> {
        let header =
            NpyHeader { descr: "|u1".into(), fortran_order: false, shape: shape.to_vec(), length: 0 };
        ImageAxes::of(&header, ImageForm { known: None, volumes })
    }

    #[test]
    fn four_axes_are_colour_unless_volumes_are_asked_for() {
        let of = |shape: &[usize], volumes| axes(shape, volumes).unwrap().text();
        assert_eq!(of(&[9, 8, 7], false), "(N, 8, 7, 1)");
        assert_eq!(of(&[9, 8, 7, 3], false), "(N, 8, 7, 3)");
        assert_eq!(of(&[9, 8, 7, 6], true), "(N, 8, 7, 6, 1)");
        assert_eq!(of(&[9, 8, 7, 6, 3], true), "(N, 8, 7, 6, 3)");
        assert_eq!(axes(&[9, 8, 7, 6], true).unwrap().count, 9);
    }

    #[test]
    fn what_may_be_volumes_is_told_how_to_say_so_and_images_are_no_volumes() {
        for shape in [&[9, 8, 7, 6][..], &[9, 8, 7, 6, 1]] {
            assert!(axes(shape, false).unwrap_err().hint.unwrap().contains("--volumes slices"));
        }
        for shape in [&[9, 8, 7][..], &[9, 8, 7, 3], &[9, 8, 7, 1], &[9, 8, 7, 6, 2], &[9]] {
            assert!(axes(shape, true).unwrap_err().hint.unwrap().contains("leave --volumes out"));
        }
        for shape in [[9, 0, 7, 6], [0, 8, 7, 6], [9, 1025, 7, 6], [9, 8, 0, 6]] {
            assert!(axes(&shape, true).unwrap_err().expected.contains("1 to 1024 slices"));
        }
    }
}
