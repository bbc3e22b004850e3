//! Decoding of image files into a store.

use super::survey::{FrameRef, ImageSurvey, PixelFormat};
use crate::error::DataError;
use crate::image_file::ImageFile;
use crate::store::{ImageStore, Pixels};
use rayon::prelude::*;
use std::path::Path;

/// Images decoded between two reports of progress. A file of many images is decoded in one go.
const CHUNK: usize = 256;

impl ImageSurvey<'_> {
    /// Decodes images and converts them to a format. `report` hears of each number of images that are done.
    pub fn load(
        &self,
        images: &[u32],
        format: PixelFormat,
        classes: usize,
        report: &dyn Fn(usize),
    ) -> Result<ImageStore, DataError> {
        let mut pixels = Pixels::with_capacity(format.deep, images.len() * format.shape.values());
        let items: Vec<FrameRef> = images.iter().map(|image| self.items[*image as usize]).collect();
        for chunk in self.chunks(&items) {
            let files: Vec<&[FrameRef]> = chunk.chunk_by(|a, b| self.path(*a) == self.path(*b)).collect();
            let read = |items: &&[FrameRef]| self.decode(items, format);
            let decoded: Vec<Result<Pixels, DataError>> = files.par_iter().map(read).collect();
            for file in decoded {
                pixels.append(file?);
            }
            report(chunk.len());
        }
        let (label_width, labels) = match &self.several {
            Some(labels) => {
                (classes, images.iter().flat_map(|image| labels.row(self.entry(*image))).collect())
            }
            None => (1, images.iter().map(|image| self.class(*image)).collect()),
        };
        let files = Some(items.iter().map(|item| self.name(*item)).collect());
        let origins = Some(items.iter().map(|item| self.origins[item.entry]).collect());
        let numbers = |numbers: &Vec<u32>| images.iter().map(|image| numbers[*image as usize]).collect();
        let patients = self.patients.as_ref().map(numbers);
        let shape = format.shape;
        Ok(ImageStore { shape, pixels, labels, label_width, classes, files, origins, patients, slices: None })
    }

    /// Returns the pixels of some images of one file.
    fn decode(
        &self,
        items: &[FrameRef],
        PixelFormat { shape, deep }: PixelFormat,
    ) -> Result<Pixels, DataError> {
        let mut pixels = Pixels::with_capacity(deep, items.len() * shape.values());
        let Some(first) = items.first() else { return Ok(pixels) };
        let mut file = ImageFile::open(self.path(*first), self.reading.window)?.with_fit(self.reading.fit);
        items.iter().try_for_each(|item| file.append_to(&mut pixels, item.frame, shape))?;
        Ok(pixels)
    }

    fn path(&self, item: FrameRef) -> &Path {
        &self.listed[item.entry].path
    }

    /// Returns the name of an image: its file and, of several frames, its frame from 1.
    fn name(&self, item: FrameRef) -> String {
        let file = self.reading.name(self.path(item));
        if self.frames[item.entry] > 1 { format!("{file}#{}", item.frame + 1) } else { file }
    }

    /// Returns chunks of about [`CHUNK`] images. No chunk ends within a file, so that a file is opened once
    /// if its images stand together.
    fn chunks<'i>(&self, items: &'i [FrameRef]) -> Vec<&'i [FrameRef]> {
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
