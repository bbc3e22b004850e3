//! From image files to a store.

use super::images::{Format, Images, Item};
use crate::error::DataError;
use crate::hex::hex;
use crate::image_file::ImageFile;
use crate::store::{ImageStore, Pixels};
use rayon::prelude::*;
use sha2::{Digest, Sha256};
use std::path::Path;

/// Images decoded between two reports of progress, but for those of a file of many.
const CHUNK: usize = 256;
/// Hexadecimal digits of an anonymous name.
const NAME: usize = 12;

impl Images<'_> {
    /// Decodes some images and brings them to a format.
    pub fn load(
        &self,
        images: &[u32],
        format: Format,
        classes: usize,
        report: &dyn Fn(usize),
    ) -> Result<ImageStore, DataError> {
        let mut pixels = Pixels::with_capacity(format.deep, images.len() * format.shape.values());
        let items: Vec<Item> = images.iter().map(|image| self.items[*image as usize]).collect();
        for chunk in self.chunks(&items) {
            let files: Vec<&[Item]> = chunk.chunk_by(|a, b| self.path(*a) == self.path(*b)).collect();
            let read = |items: &&[Item]| self.decode(items, format);
            let decoded: Vec<Result<Pixels, DataError>> = files.par_iter().map(read).collect();
            for file in decoded {
                pixels.append(file?);
            }
            report(chunk.len());
        }
        let labels = images.iter().map(|image| self.class(*image)).collect();
        let files = Some(items.iter().map(|item| self.name(*item)).collect());
        let numbers = |numbers: &Vec<u32>| images.iter().map(|image| numbers[*image as usize]).collect();
        let patients = self.patients.as_ref().map(numbers);
        Ok(ImageStore { shape: format.shape, pixels, labels, label_width: 1, classes, files, patients })
    }

    /// The pixels of some images of one file.
    fn decode(&self, items: &[Item], Format { shape, deep }: Format) -> Result<Pixels, DataError> {
        let mut pixels = Pixels::with_capacity(deep, items.len() * shape.values());
        let Some(first) = items.first() else { return Ok(pixels) };
        let mut file = ImageFile::open(self.path(*first), self.reading.window)?;
        items.iter().try_for_each(|item| file.append_to(&mut pixels, item.frame, shape))?;
        Ok(pixels)
    }

    fn path(&self, item: Item) -> &Path {
        &self.listed[item.entry].path
    }

    /// What an image is called: its file and, of several, its frame from 1.
    fn name(&self, item: Item) -> String {
        let path = self.path(item);
        let file = if self.reading.anonymous {
            anonymous(path, self.reading.root)
        } else {
            path.display().to_string()
        };
        if self.frames[item.entry] > 1 { format!("{file}#{}", item.frame + 1) } else { file }
    }

    /// Pieces of about [`CHUNK`] images, none of which ends within a file: each is opened once, as long as its images stand together.
    fn chunks<'i>(&self, items: &'i [Item]) -> Vec<&'i [Item]> {
        let mut chunks = Vec::new();
        let mut rest = items;
        while !rest.is_empty() {
            let mut end = rest.len().min(CHUNK);
            while end < rest.len() && self.path(rest[end]) == self.path(rest[end - 1]) {
                end += 1;
            }
            let (chunk, following) = rest.split_at(end);
            chunks.push(chunk);
            rest = following;
        }
        chunks
    }
}

/// The start of the SHA-256 of a file's path below `root`, its folders separated by `/`.
fn anonymous(path: &Path, root: &Path) -> String {
    let below = path.strip_prefix(root).unwrap_or(path);
    let parts: Vec<_> = below.components().map(|part| part.as_os_str().as_encoded_bytes()).collect();
    let mut name = hex(&Sha256::digest(parts.join(&b'/')));
    name.truncate(NAME);
    name
}
