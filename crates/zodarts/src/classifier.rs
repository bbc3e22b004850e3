//! A trained network, ready to classify files and arrays.

use crate::frames::{Frame, Unreadable, frames};
use rayon::prelude::*;
use std::path::{Path, PathBuf};
use zodarts_data::{DatasetInfo, ImageChange, ImageFile, Window};
use zodarts_nas::evaluate::PredictionSets;
use zodarts_nas::explain::{Explainer, Heat};
use zodarts_nas::model::{Model, Predictor, network_input};
use zodarts_nas::profile::{Novelty, Profile};
use zodarts_run::Error;
use zodarts_run::folder::{RunError, RunFolder, names};

/// Images that are read and scored together.
const CHUNK: usize = 64;

/// The classes of an image.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Answer {
    /// The file, with `#FRAME` from 1 if it has several; empty for an array.
    pub image: String,
    /// The class decided for; of a data set with several labels an image, all that are present.
    pub predicted: Vec<String>,
    /// The probability of each class, in the order of [`Classifier::classes`].
    pub probabilities: Vec<f32>,
    /// The classes of the prediction set; `None` if the run has no coverage and none was asked for, or if
    /// it is of volumes.
    pub set: Option<Vec<String>>,
    /// How unlike the development images the image is; `None` if the run cannot tell.
    pub novelty: Option<Novelty>,
    /// What was done to the image before the network saw it; nothing for an array.
    pub changes: Vec<ImageChange>,
}

impl Answer {
    /// Reports whether the image is unlike anything that the network was trained on, so that its class means
    /// nothing.
    pub fn is_novel(&self) -> bool {
        self.novelty.is_some_and(Novelty::is_flagged)
    }
}

/// The places in an image that speak for a class, or for each of several labels.
#[derive(Debug)]
#[non_exhaustive]
pub struct Explanation<'f> {
    /// The frame.
    pub frame: Frame<'f>,
    /// A heat map for each class or label that is explained, at least one.
    pub heats: Vec<Heat>,
    /// The image at the data set's size, `(channels, height, width)` values from 0 to 1.
    pub image: Vec<f32>,
}

/// The network's input for an image, and what was done to the image for that.
struct Input {
    planes: Vec<f32>,
    changes: Vec<ImageChange>,
}

/// The trained network of a run. It decides as the run's evaluation and exports do: calibrated, and with the
/// run's thresholds.
#[derive(Debug)]
pub struct Classifier {
    model: Model,
    predictor: Predictor,
    window: Option<Window>,
    profile: Option<Profile>,
    run: PathBuf,
}

impl Classifier {
    /// Loads the trained network of a run folder.
    ///
    /// # Errors
    /// Returns an error if the run was not trained, or a file is damaged.
    pub fn load(run: impl AsRef<Path>) -> Result<Self, Error> {
        let run = run.as_ref();
        if !run.join(names::MODEL).is_file() {
            return Err(
                RunError::NotARun { path: run.into(), missing: names::MODEL, command: "train" }.into()
            );
        }
        let model = Model::load(run)?;
        // A model may have been copied out of its run.
        let has_settings = run.join(names::CONFIG).is_file();
        let window = if has_settings { RunFolder::open(run)?.config()?.1.data.window } else { None };
        let profile = Profile::load(run, &model.network)?;
        Ok(Self { predictor: model.predictor(), model, window, profile, run: run.into() })
    }

    /// Gives prediction sets of this coverage, above 0 and below 1, in place of the run's own.
    ///
    /// # Errors
    /// Returns an error if the run has no profile of its development images.
    pub fn with_coverage(mut self, coverage: f64) -> Result<Self, Error> {
        let profile = self.profile("prediction sets are chosen by")?;
        self.model.card.sets = Some(PredictionSets::new(&profile.truths, coverage));
        Ok(self)
    }

    /// Returns the profile of the run's development images.
    ///
    /// # Errors
    /// Returns an error that says what it is needed for if there is none, or if it is of volumes.
    pub fn profile(&self, purpose: &'static str) -> Result<&Profile, Error> {
        let run = || self.run.display().to_string();
        if self.is_of_volumes() {
            return Err(Error::ProfileOfVolumes { run: run(), purpose });
        }
        self.profile.as_ref().ok_or_else(|| Error::NoProfile { run: run(), purpose })
    }

    /// Applies this window to grey DICOM files; `None` keeps the run's own.
    #[must_use]
    pub fn with_window(self, window: impl Into<Option<Window>>) -> Self {
        Self { window: window.into().or(self.window), ..self }
    }

    /// Returns the network with its description.
    pub fn model(&self) -> &Model {
        &self.model
    }

    /// Returns the description of the data that the network was trained on.
    pub fn data(&self) -> &DatasetInfo {
        &self.model.card.dataset
    }

    /// Reports whether the network was trained on the slices of volumes. Prediction sets and novelty hold for
    /// volumes then, and the answer for a single image has neither.
    pub fn is_of_volumes(&self) -> bool {
        self.data().slices.is_some()
    }

    /// Returns the names of the classes.
    pub fn classes(&self) -> &[String] {
        &self.data().classes
    }

    /// Returns the index of a class by its name.
    pub fn class(&self, name: &str) -> Option<usize> {
        self.classes().iter().position(|class| class == name)
    }

    /// Classifies the frames of image files, in their order. An image is read at the data set's size and
    /// resized as in training.
    ///
    /// # Errors
    /// Returns the error of the first file that cannot be read.
    pub fn classify_files(&mut self, files: &[PathBuf]) -> Result<Vec<Answer>, Error> {
        let found = self.classify_readable(files)?;
        found.into_iter().map(|answer| answer.map_err(|unreadable| *unreadable.error)).collect()
    }

    /// Classifies the frames of image files as [`Classifier::classify_files`] does, and goes on after a file
    /// or frame that cannot be read.
    ///
    /// # Errors
    /// Returns an error if a score is not a finite number.
    pub fn classify_readable(&mut self, files: &[PathBuf]) -> Result<Vec<Result<Answer, Unreadable>>, Error> {
        let mut found = Vec::new();
        let mut frames = frames(files, self.window);
        loop {
            let chunk: Vec<Result<Frame<'_>, Unreadable>> = frames.by_ref().take(CHUNK).collect();
            if chunk.is_empty() {
                return Ok(found);
            }
            found.extend(self.classify_chunk(chunk)?);
        }
    }

    /// Reads and classifies frames together.
    fn classify_chunk(
        &mut self,
        chunk: Vec<Result<Frame<'_>, Unreadable>>,
    ) -> Result<Vec<Result<Answer, Unreadable>>, Error> {
        let frames: Vec<Frame<'_>> = chunk.iter().flatten().copied().collect();
        let inputs = self.read(&frames);
        let planes: Vec<f32> = inputs.iter().flatten().flat_map(|input| &input.planes).copied().collect();
        let names =
            frames.iter().zip(&inputs).filter(|(_, input)| input.is_ok()).map(|(frame, _)| frame.name());
        let mut answers = self.answers(&planes, names)?.into_iter();
        let mut inputs = inputs.into_iter();
        let mut answer = |_: Frame<'_>| -> Result<Answer, Unreadable> {
            let Input { changes, .. } = inputs.next().expect("a frame was read")?;
            Ok(Answer { changes, ..answers.next().expect("an image has an answer") })
        };
        Ok(chunk.into_iter().map(|frame| frame.and_then(&mut answer)).collect())
    }

    /// Classifies the first frame of an image file.
    ///
    /// # Errors
    /// Returns an error if the file cannot be read.
    ///
    /// # Panics
    /// Never: an image file that was opened has a frame.
    pub fn classify_file(&mut self, file: impl AsRef<Path>) -> Result<Answer, Error> {
        let answers = self.classify_files(&[file.as_ref().to_owned()])?;
        Ok(answers.into_iter().next().expect("an image file has a frame"))
    }

    /// Classifies an array of `(channels, height, width)` values from 0 to 1 at the data set's size.
    ///
    /// # Errors
    /// Returns an error if a score is not a finite number.
    ///
    /// # Panics
    /// If the array has another number of values.
    pub fn classify(&mut self, image: &[f32]) -> Result<Answer, Error> {
        let planes = network_input(&self.model.card, image);
        let answers = self.answers(&planes, std::iter::once(String::new()))?;
        Ok(answers.into_iter().next().expect("an image has an answer"))
    }

    /// Calls `each` with the heat map of each frame of image files, for one class or, without one, for the
    /// class that is decided for; or with the reason why a file or frame cannot be read. Of several labels,
    /// each that is decided for has a heat map, or the most probable one if there is none.
    ///
    /// # Errors
    /// Returns the first error of `each`.
    pub fn explain_files<E>(
        &self,
        files: &[PathBuf],
        class: Option<usize>,
        mut each: impl FnMut(Result<Explanation<'_>, Unreadable>) -> Result<(), E>,
    ) -> Result<(), E> {
        let mut explainer = Explainer::new(&self.model);
        // The frames of a file come one after the other.
        let mut open: Option<(&Path, ImageFile)> = None;
        for frame in frames(files, self.window) {
            each(frame.and_then(|frame| {
                let file = match open.take() {
                    Some((path, file)) if path == frame.file => file,
                    _ => self.open(&frame)?,
                };
                let (_, file) = open.insert((frame.file, file));
                let image = self.frame(file, &frame)?;
                let input = network_input(&self.model.card, &image);
                let heats = match class {
                    Some(_) => vec![explainer.explain(&input, class)],
                    None => explainer.explain_decided(&input),
                };
                Ok(Explanation { frame, heats, image })
            }))?;
        }
        Ok(())
    }

    /// Opens the file of a frame.
    fn open(&self, frame: &Frame<'_>) -> Result<ImageFile, Unreadable> {
        let file = ImageFile::open(frame.file, self.window).map_err(|error| frame.unreadable(error))?;
        Ok(file.with_fit(self.data().fit))
    }

    /// Reads a frame of an open file at the data set's size.
    fn frame(&self, file: &mut ImageFile, frame: &Frame<'_>) -> Result<Vec<f32>, Unreadable> {
        let info = self.data();
        let image = file.read(frame.index, info.channels, info.height, info.width);
        image.map_err(|error| frame.unreadable(error))
    }

    /// Returns the network's input for a frame of an open file.
    fn input(&self, file: &mut ImageFile, frame: &Frame<'_>) -> Result<Input, Unreadable> {
        let read = file.read_for(frame.index, self.data());
        let (image, changes) = read.map_err(|error| frame.unreadable(error))?;
        Ok(Input { planes: network_input(&self.model.card, &image), changes })
    }

    /// Returns the network's input for each of some frames.
    fn read(&self, images: &[Frame<'_>]) -> Vec<Result<Input, Unreadable>> {
        let files: Vec<&[Frame<'_>]> = images.chunk_by(|a, b| a.file == b.file).collect();
        let of_file = |frames: &&[Frame<'_>]| -> Vec<Result<Input, Unreadable>> {
            let mut file = self.open(&frames[0]);
            let input = |frame: &Frame<'_>| match &mut file {
                Ok(file) => self.input(file, frame),
                Err(_) => self.input(&mut self.open(frame)?, frame),
            };
            frames.iter().map(input).collect()
        };
        files.par_iter().flat_map_iter(of_file).collect()
    }

    fn answers(&mut self, planes: &[f32], names: impl Iterator<Item = String>) -> Result<Vec<Answer>, Error> {
        if planes.is_empty() {
            return Ok(Vec::new());
        }
        let profile = self.profile.as_ref().filter(|_| !self.is_of_volumes());
        let (scores, novelties) = if let Some(profile) = profile {
            let (scores, features) = self.predictor.observe(planes)?;
            (scores, profile.novelty.novelties(&features, 1).into_iter().map(Some).collect())
        } else {
            let scores = self.predictor.scores(planes)?;
            let unknown = vec![None; scores.n()];
            (scores, unknown)
        };
        let answers = names.zip(scores.rows()).zip(novelties);
        Ok(answers.map(|((image, scores), novelty)| self.answer(image, scores, novelty)).collect())
    }

    fn answer(&self, image: String, scores: &[f32], novelty: Option<Novelty>) -> Answer {
        let card = &self.model.card;
        let decided = self.model.decide(scores);
        let names = |classes: Vec<usize>| -> Vec<String> {
            classes.into_iter().map(|class| card.dataset.classes[class].clone()).collect()
        };
        let rule = card.sets.as_ref().filter(|_| !self.is_of_volumes());
        let set = rule.map(|sets| names(sets.set(scores, &decided)));
        let (predicted, probabilities) = (names(decided), scores.to_vec());
        Answer { image, predicted, probabilities, set, novelty, changes: Vec::new() }
    }
}
