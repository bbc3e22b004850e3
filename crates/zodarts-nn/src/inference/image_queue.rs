//! The images of a call, taken by threads a few at a time.

/// Some images, with the room for what is computed of them.
#[derive(Debug)]
pub struct Group<'a> {
    /// Images, `(count, channels, height, width)`.
    pub images: &'a [f32],
    /// Their logits, `(count, classes)`.
    pub logits: &'a mut [f64],
    /// Their features, `(count, features)`; empty if they are not wanted.
    pub features: &'a mut [f64],
}

/// The images that no thread has taken yet.
#[derive(Debug)]
pub struct ImageQueue<'a> {
    rest: Group<'a>,
    /// Values of the images, logits and features of a group.
    sizes: [usize; 3],
}

impl<'a> ImageQueue<'a> {
    /// Returns the queue of `count` images, of which a thread takes up to `group` at a time.
    pub fn new(all: Group<'a>, count: usize, group: usize) -> Self {
        let size = |values: usize| values / count.max(1) * group;
        let sizes = [size(all.images.len()), size(all.logits.len()), size(all.features.len())];
        Self { rest: all, sizes }
    }
}

impl<'a> Iterator for ImageQueue<'a> {
    type Item = Group<'a>;

    fn next(&mut self) -> Option<Group<'a>> {
        let Group { images, logits, features } = &mut self.rest;
        if images.is_empty() {
            return None;
        }
        let [of_images, of_logits, of_features] = self.sizes;
        Some(Group {
            images: images.split_off(..of_images.min(images.len()))?,
            logits: logits.split_off_mut(..of_logits.min(logits.len()))?,
            features: features.split_off_mut(..of_features.min(features.len()))?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn groups_cover_all_images_once() {
        for wanted in [0, 3] {
            let (images, mut logits, mut features) = ([0.0; 10], [0.0; 5], vec![0.0; 5 * wanted]);
            let all = Group { images: &images, logits: &mut logits, features: &mut features };
            let sizes = ImageQueue::new(all, 5, 2).map(|group| {
                group.logits.fill(1.0);
                (group.images.len(), group.features.len())
            });
            assert_eq!(sizes.collect::<Vec<_>>(), [(4, 2 * wanted), (4, 2 * wanted), (2, wanted)]);
            assert_eq!(logits, [1.0; 5]);
        }
    }
}
