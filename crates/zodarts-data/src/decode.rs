//! Image files of unknown origin in every format but DICOM, decoded within limits.

use crate::decoded::is_deep;
pub(crate) use crate::decoded::{Decoded, Traits, Values};
use crate::error::DataError;
use crate::jpeg_file;
pub(crate) use crate::limits::{MAX_MEMORY, MAX_SIDE};
use crate::raster::{self, NumberRange, TiffPage};
use image::metadata::Orientation;
use image::{DynamicImage, ImageDecoder, ImageError, ImageFormat, ImageReader, Limits};
use std::fs::File;
use std::io::{self, BufRead, BufReader, Cursor, Read, Seek};
use std::path::Path;

/// The name and checksum of a PNG file's last chunk, which holds nothing else.
const PNG_END: &[u8] = b"IEND\xae\x42\x60\x82";
/// Bytes of a file's start that show its format.
const MARK: u64 = 132;
/// File extensions of the supported formats.
pub(crate) const EXTENSIONS: [&str; 18] = [
    "png", "apng", "jpg", "jpeg", "jpe", "jfif", "jif", "bmp", "dib", "tif", "tiff", "webp", "gif", "pgm",
    "ppm", "pnm", "pbm", "pam",
];

/// Tells if a file has the extension of a supported format.
pub(crate) fn has_extension(path: &Path) -> bool {
    let extension = path.extension().and_then(|extension| extension.to_str()).unwrap_or_default();
    EXTENSIONS.iter().any(|known| extension.eq_ignore_ascii_case(known))
}

/// A raster file whose pages are found, if it has some.
#[derive(Debug, Default)]
pub(crate) struct RasterPages {
    pages: Vec<TiffPage>,
    /// The range of a TIFF file of numbers, when it is known.
    range: Option<NumberRange>,
}

/// A file in memory.
struct RasterFile<'a> {
    path: &'a Path,
    bytes: Vec<u8>,
    format: ImageFormat,
}

impl RasterPages {
    /// Finds the pages of a file.
    pub fn open(path: &Path) -> Result<Self, DataError> {
        let pages = raster::pages(path).map_err(|fault| damaged(path, &fault))?;
        Ok(Self { pages, range: None })
    }

    /// Tells if a page that was decoded is of numbers, which are scaled from the smallest to the largest.
    pub fn has_own_range(&self) -> bool {
        self.range.is_some()
    }

    /// Returns the number of images.
    pub fn count(&self) -> usize {
        self.pages.len().max(1)
    }

    /// Reads the traits in the headers of a file.
    pub fn traits(&self, path: &Path) -> Result<Traits, DataError> {
        let format = format_of(path)?;
        // The whole file tells of later images, or of a header that is missing.
        let whole =
            matches!(format, ImageFormat::Tiff | ImageFormat::Gif | ImageFormat::WebP | ImageFormat::Bmp);
        if !whole {
            let file = File::open(path).map_err(|source| unreadable(path, source))?;
            return header(decoder(BufReader::new(file), format, path)?, path);
        }
        let mut file = RasterFile::read(path)?;
        let later_frames = raster::has_later_frames(format, &file.bytes);
        let Some((first, others)) = self.pages.split_first() else {
            return Ok(Traits { later_frames, ..file.traits()? });
        };
        first.select(&mut file.bytes);
        let mut all = Traits { frames: self.count(), ..file.traits()? };
        for page in others {
            page.select(&mut file.bytes);
            let page = file.traits()?;
            all.channels = all.channels.max(page.channels);
            (all.deep, all.own_range) = (all.deep || page.deep, all.own_range || page.own_range);
            if (page.height, page.width) != (all.height, all.width) {
                // Pages of several sizes share none, so that none is kept.
                (all.height, all.width) = (1, 2);
            }
        }
        Ok(all)
    }

    /// Decodes an image of a file, from 0, within limits, and turns it as its EXIF orientation says.
    pub fn decode(&mut self, path: &Path, page: usize) -> Result<Decoded, DataError> {
        let mut file = RasterFile::read(path)?;
        if let Some(page) = self.pages.get(page) {
            page.select(&mut file.bytes);
        }
        if file.format != ImageFormat::Tiff || !raster::is_of_numbers(&file.bytes) {
            return file.decode();
        }
        let range = self.range.map_or_else(|| raster::range(&file.bytes, &self.pages), Ok);
        let range = range.map_err(|fault| damaged(path, &fault))?;
        self.range = Some(range);
        raster::numbers(&file.bytes, range).map_err(|fault| damaged(path, &fault))
    }
}

/// Returns the error of an image that cannot be read.
pub(crate) fn damaged(path: &Path, detail: &(impl ToString + ?Sized)) -> DataError {
    DataError::Image { path: path.to_owned(), detail: detail.to_string(), hint: None }
}

impl RasterFile<'_> {
    fn read(path: &Path) -> Result<RasterFile<'_>, DataError> {
        let format = format_of(path)?;
        let mut bytes = std::fs::read(path).map_err(|source| unreadable(path, source))?;
        if let Some(whole) = (format == ImageFormat::Bmp).then(|| raster::with_header(&bytes)).flatten() {
            bytes = whole;
        }
        Ok(RasterFile { path, bytes, format })
    }

    /// Returns a decoder within limits.
    fn decoder(&self) -> Result<impl ImageDecoder + '_, DataError> {
        let tiff = self.format == ImageFormat::Tiff;
        if let Some(kind) = tiff.then(|| raster::refused_kind(&self.bytes)).flatten() {
            return Err(damaged(self.path, &kind));
        }
        decoder(Cursor::new(&*self.bytes), self.format, self.path)
    }

    fn traits(&self) -> Result<Traits, DataError> {
        if self.format == ImageFormat::Tiff && raster::is_of_numbers(&self.bytes) {
            return raster::traits_of_numbers(&self.bytes).map_err(|fault| damaged(self.path, &fault));
        }
        header(self.decoder()?, self.path)
    }

    fn decode(self) -> Result<Decoded, DataError> {
        let refused = |fault: String| damaged(self.path, &fault);
        raster::check_whole(self.format, &self.bytes).map_err(refused)?;
        let mut decoder = self.decoder()?;
        let failed = |error: ImageError| damaged(self.path, &error);
        let orientation = decoder.orientation().map_err(failed)?;
        let (width, height) = decoder.dimensions();
        // Later a plane takes four bytes per pixel.
        if u64::from(width) * u64::from(height) > MAX_MEMORY / 4 {
            let most = MAX_MEMORY / 4;
            return Err(refused(format!("{width}×{height} pixels exceed the limit of {most}")));
        }
        let mut limits = limits();
        limits.reserve(decoder.total_bytes()).and_then(|()| decoder.set_limits(limits)).map_err(failed)?;
        let mut image = match self.format {
            ImageFormat::Jpeg => jpeg_file::decode(&self.bytes).map_err(refused)?,
            // The decoder does not look for the end of the last chunk.
            ImageFormat::Png if !self.bytes.windows(PNG_END.len()).rev().any(|window| window == PNG_END) => {
                return Err(refused("the file is cut short: its end is missing".into()));
            }
            _ => DynamicImage::from_decoder(decoder).map_err(failed)?,
        };
        image.apply_orientation(orientation);
        Ok(Decoded::from_image(image))
    }
}

/// Returns the format that a file's content shows.
fn format_of(path: &Path) -> Result<ImageFormat, DataError> {
    check_length(path)?;
    let mut start = Vec::new();
    let file = File::open(path).map_err(|source| unreadable(path, source))?;
    file.take(MARK).read_to_end(&mut start).map_err(|source| unreadable(path, source))?;
    raster::format_of(&start, path).ok_or_else(|| damaged(path, &raster::describe(&start)))
}

/// Returns a decoder within limits.
fn decoder<'a>(
    source: impl BufRead + Seek + 'a,
    format: ImageFormat,
    path: &Path,
) -> Result<impl ImageDecoder + 'a, DataError> {
    let mut reader = ImageReader::with_format(source, format);
    reader.limits(limits());
    reader.into_decoder().map_err(|error| damaged(path, &error))
}

/// Returns the traits that a decoder has read.
fn header(mut decoder: impl ImageDecoder, path: &Path) -> Result<Traits, DataError> {
    let turned = swaps_sides(decoder.orientation().map_err(|error| damaged(path, &error))?);
    let (width, height) = decoder.dimensions();
    let (width, height) = if turned { (height, width) } else { (width, height) };
    let color = decoder.color_type();
    let channels = if color.has_color() { 3 } else { 1 };
    let (height, width, deep) = (height as usize, width as usize, is_deep(color));
    let (own_range, later_frames, patient) = (false, false, None);
    Ok(Traits { channels, height, width, deep, own_range, frames: 1, later_frames, patient })
}

/// Tells if an orientation makes height of width.
fn swaps_sides(orientation: Orientation) -> bool {
    use Orientation::{Rotate90, Rotate90FlipH, Rotate270, Rotate270FlipH};
    matches!(orientation, Rotate90 | Rotate90FlipH | Rotate270 | Rotate270FlipH)
}

fn unreadable(path: &Path, source: io::Error) -> DataError {
    DataError::Io { path: path.to_owned(), action: "read the image", source }
}

/// Refuses a file that is empty, or larger than the memory for an image: a file is decoded from memory.
fn check_length(path: &Path) -> Result<(), DataError> {
    match std::fs::metadata(path).map_err(|source| unreadable(path, source))?.len() {
        0 => Err(damaged(path, "the file is empty (0 bytes)")),
        1..=MAX_MEMORY => Ok(()),
        length => Err(damaged(path, &format!("{length} bytes exceed the limit of {MAX_MEMORY}"))),
    }
}

fn limits() -> Limits {
    let mut limits = Limits::default();
    (limits.max_image_width, limits.max_image_height) = (Some(MAX_SIDE), Some(MAX_SIDE));
    limits.max_alloc = Some(MAX_MEMORY);
    limits
}
