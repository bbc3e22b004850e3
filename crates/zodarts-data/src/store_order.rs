//! The order of stored images.

use crate::origin::ImageOrigin;
use crate::store::{ImageStore, Pixels};

impl ImageStore {
    /// Puts the images in another order, of which `order` holds the place of each so far, without a copy of
    /// the pixels.
    pub fn reorder(&mut self, order: &[u32]) {
        let values = self.shape.values();
        match &mut self.pixels {
            Pixels::U8(pixels) => reorder(pixels, values, order),
            Pixels::U16(pixels) => reorder(pixels, values, order),
        }
        reorder(&mut self.labels, self.label_width, order);
        let place = |image: &u32| *image as usize;
        self.files = self
            .files
            .take()
            .map(|mut files| order.iter().map(|image| std::mem::take(&mut files[place(image)])).collect());
        let origins = |origins: Vec<ImageOrigin>| order.iter().map(|image| origins[place(image)]).collect();
        self.origins = self.origins.take().map(origins);
        let patients = |patients: Vec<u32>| order.iter().map(|image| patients[place(image)]).collect();
        self.patients = self.patients.take().map(patients);
    }

    /// Takes the images from `at` on away and returns them.
    pub fn split_off(&mut self, at: usize) -> ImageStore {
        let pixels = match &mut self.pixels {
            Pixels::U8(pixels) => Pixels::U8(pixels.split_off(at * self.shape.values())),
            Pixels::U16(pixels) => Pixels::U16(pixels.split_off(at * self.shape.values())),
        };
        let labels = self.labels.split_off(at * self.label_width);
        let files = self.files.as_mut().map(|files| files.split_off(at));
        let origins = self.origins.as_mut().map(|origins| origins.split_off(at));
        let patients = self.patients.as_mut().map(|patients| patients.split_off(at));
        ImageStore { pixels, labels, files, origins, patients, ..*self }
    }
}

/// Puts parts of `width` values in another order, of which `order` holds the place of each so far: along each
/// cycle, every part moves once.
fn reorder<T: Copy>(values: &mut [T], width: usize, order: &[u32]) {
    let mut done = vec![false; order.len()];
    for start in 0..order.len() {
        if done[start] {
            continue;
        }
        let first = values[start * width..][..width].to_vec();
        let mut at = start;
        loop {
            done[at] = true;
            let from = order[at] as usize;
            if from == start {
                values[at * width..][..width].copy_from_slice(&first);
                break;
            }
            values.copy_within(from * width..(from + 1) * width, at * width);
            at = from;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::ImageShape;

    #[test]
    fn images_change_places_with_all_that_belongs_to_them() {
        let shape = ImageShape { height: 1, width: 2, channels: 1 };
        let pixels = Pixels::U8(vec![0, 10, 1, 11, 2, 12, 3, 13, 4, 14]);
        let mut store = ImageStore {
            files: Some([0, 1, 2, 3, 4].map(|file| file.to_string()).into()),
            patients: Some(vec![0, 1, 2, 3, 4]),
            ..ImageStore::new(shape, pixels, vec![0, 1, 2, 3, 4], 5)
        };
        // A cycle of three, one of one, and one more of one.
        store.reorder(&[2, 1, 4, 3, 0]);
        let last = store.split_off(3);
        assert_eq!((store.labels, last.labels), (vec![2, 1, 4], vec![3, 0]));
        assert_eq!(store.pixels, Pixels::U8(vec![2, 12, 1, 11, 4, 14]));
        assert_eq!(last.pixels, Pixels::U8(vec![3, 13, 0, 10]));
        assert_eq!(last.files.unwrap(), ["3", "0"]);
        assert_eq!((store.patients.unwrap(), last.patients.unwrap()), (vec![2, 1, 4], vec![3, 0]));
    }
}
