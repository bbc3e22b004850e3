//! The seal of the test split: the only counter of how often test images were read.

use crate::samples::Samples;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// The test split, sealed.
///
/// Test images come out in two ways: [`SealedTest::unseal`] counts a read, and [`SealedTest::reopen`] gives
/// the images of a read that was counted before. [`SealedTest::times_unsealed`] is the number to publish.
/// Clones share the count. [`SealedTest::for_run`] gives a seal that counts the reads of one run.
#[derive(Clone, Debug)]
pub struct SealedTest {
    samples: Samples,
    reads: Arc<AtomicUsize>,
    /// The seals that this one was made from: they count its reads, too.
    outer: Option<Arc<SealedTest>>,
}

impl SealedTest {
    pub(crate) fn new(samples: Samples) -> Self {
        SealedTest { samples, reads: Arc::default(), outer: None }
    }

    /// Returns the number of test images.
    pub fn len(&self) -> usize {
        self.samples.len()
    }

    /// Tells if there are no test images.
    pub fn is_empty(&self) -> bool {
        self.samples.is_empty()
    }

    /// Returns the test images per class. A description of the data is not a read and is not counted.
    pub fn class_counts(&self) -> Vec<usize> {
        self.samples.class_counts()
    }

    /// Returns the test images and counts a read.
    pub fn unseal(&self) -> Samples {
        self.count_reads(1);
        self.samples.clone()
    }

    /// Returns the test images without counting a read.
    ///
    /// This is for a second look at images whose evaluation was counted when it was made: to write a table
    /// that an interrupted evaluation did not write, or to draw the images in a report. No new number may
    /// come of it.
    pub fn reopen(&self) -> Samples {
        self.samples.clone()
    }

    /// Counts `reads` further reads of images that were unsealed before: a training that is validated on the
    /// test split reads it once per epoch.
    pub fn count_reads(&self, reads: usize) {
        let add = |count: usize| Some(count.saturating_add(reads));
        // The update cannot fail, for `add` never returns `None`.
        let _ = self.reads.fetch_update(Ordering::Relaxed, Ordering::Relaxed, add);
        if let Some(outer) = &self.outer {
            outer.count_reads(reads);
        }
    }

    /// Returns how often the split was read, over all clones.
    pub fn times_unsealed(&self) -> usize {
        self.reads.load(Ordering::Relaxed)
    }

    /// Returns a seal on the same images whose count is that of one run and begins at `earlier`, the reads
    /// that the run's folder records from earlier processes. Its reads are counted by this seal, too.
    #[must_use]
    pub fn for_run(&self, earlier: usize) -> SealedTest {
        let outer = Some(Arc::new(self.clone()));
        SealedTest { samples: self.samples.clone(), reads: Arc::new(earlier.into()), outer }
    }

    /// Returns the test images for integrity checks of the data themselves, where no model is involved.
    pub(crate) fn inspect(&self) -> &Samples {
        &self.samples
    }
}
