//! Opening a data set and cutting it in splits.

use crate::alike::{CutGoal, bound};
use crate::copies::Copies;
use crate::error::DataError;
use crate::event::{Notice, OpenEvent};
use crate::hex::hex;
use crate::image_fit::ImageFit;
use crate::info::DatasetInfo;
use crate::memory;
use crate::options::{Alike, OpenOptions, ValSource};
use crate::patients::UNKNOWN;
use crate::samples::Samples;
use crate::seal::SealedTest;
use crate::source::{self, DataSource, RawDataset};
use crate::store::{ImageShape, ImageStore};
use sha2::{Digest, Sha256};
use std::sync::Arc;

/// A data set in memory: training, validation and (sealed) test images.
#[derive(Clone, Debug)]
pub struct Dataset {
    /// Name, task, classes, size and fingerprint.
    pub info: DatasetInfo,
    /// Images that weights are fitted to.
    pub train: Samples,
    /// Images that choices are made by.
    pub val: Samples,
    /// Images that nothing may depend on.
    pub test: SealedTest,
}

impl Dataset {
    /// Opens the data set that `spec` names: `phantom`, a MedMNIST name, an npz file, or a folder (see
    /// [`DataSource`]). `on_event` hears of progress and notices.
    ///
    /// # Errors
    /// [`DataError`], if the source is unknown, unreadable, damaged or not laid out as a data set, or if an
    /// option does not fit it.
    pub fn open(
        spec: &str,
        options: &OpenOptions,
        on_event: &dyn Fn(OpenEvent),
    ) -> Result<Dataset, DataError> {
        check(options)?;
        let source = DataSource::parse(spec)?;
        let mut raw = source::load(&source, options, on_event)?;
        if let Some(notice) = raw.small_range() {
            on_event(notice.into());
        }
        if let Some(network) = &options.network {
            source::for_network::adapt(&mut raw, network, options.fit)?;
            return Ok(assemble(raw, options.fit).fingerprinted());
        }
        if let Some(size) = options.image_size.or_else(|| options.fit.side(raw.train.shape.size())) {
            check_memory(spec, &raw, size, options.memory)?;
            raw.resize(size, options.fit);
        }
        if raw.train.slices.is_some() && options.alike == Alike::Together {
            let expected = "auto or apart: near copies of volumes are not looked for";
            return Err(DataError::Option { option: "alike", found: "together".into(), expected });
        }
        if let Some(ValSource::File(path)) = &options.val {
            source::validation::replace(&mut raw, path, options, on_event)?;
        }
        if let Some(notice) = raw.take_grey(options.channels) {
            on_event(notice.into());
        }
        let cut = raw.cut || matches!(options.val, Some(ValSource::Fraction(_)));
        // No search for copies of volumes: they are cut by volume.
        let looked = raw.groups.is_some() || raw.train.slices.is_some();
        let mut dataset = assemble(raw, options.fit);
        if !looked && is_bound(&source, options) {
            let fraction = matches!(options.val, Some(ValSource::Fraction(_)));
            let goal = if fraction { CutGoal::TwoSplits } else { CutGoal::Halves };
            dataset = dataset.bound(goal, on_event);
        }
        if let Some(ValSource::Fraction(fraction)) = options.val {
            let merged = dataset.train.merged(&dataset.val);
            (dataset.val, dataset.train) = merged.cut(fraction, options.seed);
        }
        if cut && let [Some(train), Some(val), Some(test)] = dataset.splits().map(Samples::patients) {
            if train == 0 || val == 0 {
                return Err(DataError::SinglePatient { data: spec.to_owned() });
            }
            on_event(Notice::SplitByPatient { patients: [train, val, test] }.into());
        }
        if options.drop_leaks {
            let images = dataset.drop_leaks()?;
            on_event(Notice::LeaksDropped { images }.into());
        }
        Ok(dataset.fingerprinted())
    }

    /// Looks for like images among those that are not for the test.
    pub(crate) fn bound(self, goal: CutGoal, on_event: &dyn Fn(OpenEvent)) -> Self {
        let development = self.train.merged(&self.val);
        let numbers = bound(&development, goal, &self.info.classes, on_event);
        let mut groups = vec![UNKNOWN; development.store().len()];
        for (position, number) in numbers.into_iter().enumerate() {
            groups[development.index(position)] = number;
        }
        let groups = Some(Arc::new(groups));
        Self { train: self.train.with_groups(groups.clone()), val: self.val.with_groups(groups), ..self }
    }

    /// Returns the data set with its fingerprint.
    pub(crate) fn fingerprinted(mut self) -> Self {
        self.info.fingerprint = fingerprint(&self);
        self
    }

    /// Returns training, validation and test images, for checks of the data themselves, where no model is
    /// involved.
    pub(crate) fn splits(&self) -> [&Samples; 3] {
        [&self.train, &self.val, self.test.inspect()]
    }

    /// Removes the training images or volumes whose pixels are also in the validation or test split and
    /// returns their number.
    fn drop_leaks(&mut self) -> Result<usize, DataError> {
        let copies = Copies::of(self.splits());
        let alone = copies.groups.iter().filter(|group| group.iter().all(|image| image.split == 0));
        let mut kept: Vec<usize> = alone.flatten().map(|image| image.position).collect();
        kept.sort_unstable();
        let dropped = self.train.cases() - kept.len();
        if kept.is_empty() {
            let expected = "a training split with images that are in no other";
            return Err(DataError::Option { option: "drop_leaks", found: "true".into(), expected });
        }
        self.train = self.train.select(&kept);
        Ok(dropped)
    }
}

fn check(options: &OpenOptions) -> Result<(), DataError> {
    let expected = "a number of pixels from 4 to 1024";
    match (options.image_size, &options.val) {
        (Some(size), _) if !(4..=1024).contains(&size) => {
            Err(DataError::Option { option: "image_size", found: size.to_string(), expected })
        }
        (_, Some(ValSource::Fraction(fraction))) if !(*fraction > 0.0 && *fraction < 1.0) => {
            let expected = "a fraction between 0 and 1";
            Err(DataError::Option { option: "val", found: fraction.to_string(), expected })
        }
        _ => Ok(()),
    }
}

/// Tells if like images stay together.
fn is_bound(source: &DataSource, options: &OpenOptions) -> bool {
    match options.alike {
        Alike::Apart => false,
        Alike::Together => true,
        Alike::Auto => {
            matches!(source, DataSource::Folder(_) | DataSource::Image(_))
                || matches!(options.val, Some(ValSource::Fraction(_)))
        }
    }
}

/// Refuses a resize to images that do not fit in memory.
fn check_memory(spec: &str, raw: &RawDataset, size: usize, available: Option<u64>) -> Result<(), DataError> {
    let images = [&raw.train, &raw.val, &raw.test].into_iter();
    let bytes = images.map(|store| {
        let shape = ImageShape { height: size, width: size, ..store.shape };
        store.len() as u128 * shape.values() as u128 * store.pixels.width() as u128
    });
    memory::check(spec, bytes.sum(), available, memory::SMALLER)
}

fn assemble(raw: RawDataset, fit: ImageFit) -> Dataset {
    let RawDataset { name, size_flag, task, classes, train, val, test, groups, .. } = raw;
    let sizes = [train.len(), val.len(), test.len()];
    let mut store = train;
    store.append(val);
    store.append(test);
    let shape = store.shape;
    let (store, groups) = (Arc::new(store), groups.map(Arc::new));
    let part = |start: usize, length: usize| {
        let indices = (start as u32..(start + length) as u32).collect();
        Samples::new(store.clone(), indices).with_groups(groups.clone())
    };
    let info = DatasetInfo {
        name,
        size_flag,
        task,
        classes,
        channels: shape.channels,
        height: shape.height,
        width: shape.width,
        fit,
        slices: store.slices,
        fingerprint: String::new(),
    };
    Dataset {
        info,
        train: part(0, sizes[0]),
        val: part(sizes[0], sizes[1]),
        test: SealedTest::new(part(sizes[0] + sizes[1], sizes[2])),
    }
}

fn fingerprint(dataset: &Dataset) -> String {
    let info = &dataset.info;
    let mut hash = Sha256::new();
    hash.update(format!("{} {:?} {} {} {}", info.task, info.classes, info.channels, info.height, info.width));
    if info.fit != ImageFit::Squeeze {
        hash.update(info.fit.name());
    }
    if let Some(slices) = info.slices {
        hash.update(format!("volumes {slices}"));
    }
    for samples in dataset.splits() {
        hash.update((samples.len() as u64).to_le_bytes());
        for position in 0..samples.len() {
            samples.labels(position).iter().for_each(|label| hash.update(label.to_le_bytes()));
            let store: &ImageStore = samples.store();
            store.with_bytes(samples.index(position), |bytes| hash.update(bytes));
        }
    }
    // They decide how a search halves the images.
    if let Some(units) = dataset.train.merged(&dataset.val).like_units() {
        hash.update("alike");
        for unit in units {
            hash.update(unit.to_le_bytes());
        }
    }
    hex(&hash.finalize())
}
