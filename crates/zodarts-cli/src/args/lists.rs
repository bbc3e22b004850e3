//! The options of each command that are settings.

use super::given::{Named, Options};

const DATA: Option<&str> = Some("Data options");
const PREDICTION: Option<&str> = Some("Prediction options");

const fn named(
    key: &'static str,
    option: &'static str,
    value: &'static str,
    heading: Option<&'static str>,
) -> Named {
    Named { key, option, value, heading, shown: true }
}

/// Returns options that the help leaves out.
const fn hidden<const N: usize>(mut options: [Named; N]) -> [Named; N] {
    let mut at = 0;
    while at < N {
        options[at].shown = false;
        at += 1;
    }
    options
}

const CLASS_WEIGHTS: Named = named("train.class_weights", "class-weights", "", None);
const METHOD: Named = named("method.name", "method", "", None);
const PATIENCE: Named = named("train.patience", "patience", "N", None);
const PREDICT: &[Named] = &[
    named("predict.sensitivity", "sensitivity", "SHARE", PREDICTION),
    named("predict.positive", "positive", "CLASS", PREDICTION),
    named("predict.coverage", "coverage", "SHARE", PREDICTION),
];
const IMAGES: &[Named] = &[
    named("data.image_size", "image-size", "N", DATA),
    named("data.fit", "fit", "", DATA),
    named("data.val", "val", "FILE|FRACTION", DATA),
    named("data.labels", "labels", "FILE", DATA),
    named("data.window", "window", "C,W", DATA),
];
/// The treatment of arrays of volumes.
const VOLUMES: [Named; 1] = [named("data.volumes", "volumes", "", DATA)];
/// The same for commands that have many options already.
const VOLUMES_OF_A_RUN: [Named; 1] = hidden(VOLUMES);

/// The form of a table of labels.
const TABLE: [Named; 6] = [
    named("data.path_column", "path-column", "NAME", DATA),
    named("data.label_column", "label-column", "NAME", DATA),
    named("data.split_column", "split-column", "NAME", DATA),
    named("data.patient_column", "patient-column", "NAME", DATA),
    named("data.suffix", "suffix", "TEXT", DATA),
    named("data.label_separator", "label-separator", "TEXT", DATA),
];
/// The same for commands that have many options already: `data info` and `data check` explain them.
const TABLE_OF_A_RUN: [Named; 6] = hidden(TABLE);

/// A table of labels and its form.
#[derive(Clone, Copy, Debug)]
pub struct TableList;

impl Options for TableList {
    const ALL: &'static [&'static [Named]] = &[&[named("data.labels", "labels", "FILE", DATA)], &TABLE];
}

/// The seed.
#[derive(Clone, Copy, Debug)]
pub struct Seed;

impl Options for Seed {
    const ALL: &'static [&'static [Named]] = &[&[named("seed", "seed", "S", None)]];
}

/// Of `fit`.
#[derive(Clone, Copy, Debug)]
pub struct FitList;

impl Options for FitList {
    const ALL: &'static [&'static [Named]] = &[
        &[
            CLASS_WEIGHTS,
            METHOD,
            named("search.epochs", "search-epochs", "N", None),
            named("train.epochs", "train-epochs", "N", None),
            PATIENCE,
        ],
        PREDICT,
        IMAGES,
        &VOLUMES_OF_A_RUN,
        &TABLE_OF_A_RUN,
    ];
}

/// Of `search`.
#[derive(Clone, Copy, Debug)]
pub struct SearchList;

impl Options for SearchList {
    const ALL: &'static [&'static [Named]] =
        &[&[METHOD, named("search.epochs", "epochs", "N", None)], IMAGES, &VOLUMES, &TABLE_OF_A_RUN];
}

/// The training of a network that is named.
const TRAINING: [Named; 3] = [
    CLASS_WEIGHTS,
    named("train.architecture", "architecture", "", None),
    named("train.epochs", "epochs", "N", None),
];

/// Of `train`.
#[derive(Clone, Copy, Debug)]
pub struct TrainList;

impl Options for TrainList {
    const ALL: &'static [&'static [Named]] =
        &[&TRAINING, &[PATIENCE], PREDICT, IMAGES, &VOLUMES_OF_A_RUN, &TABLE_OF_A_RUN];
}

/// Of `cross-validate`.
#[derive(Clone, Copy, Debug)]
pub struct FoldList;

impl Options for FoldList {
    const ALL: &'static [&'static [Named]] = &[&TRAINING, IMAGES, &TABLE_OF_A_RUN];
}

/// Of `compare`.
#[derive(Clone, Copy, Debug)]
pub struct CompareList;

impl Options for CompareList {
    const ALL: &'static [&'static [Named]] = &[
        &[
            CLASS_WEIGHTS,
            named("search.epochs", "search-epochs", "N", None),
            named("train.epochs", "train-epochs", "N", None),
        ],
        IMAGES,
        &VOLUMES,
        &TABLE_OF_A_RUN,
    ];
}

/// Of the commands that look at data alone.
#[derive(Clone, Copy, Debug)]
pub struct DataList;

impl Options for DataList {
    const ALL: &'static [&'static [Named]] = &[
        IMAGES,
        &VOLUMES,
        &TABLE,
        &[
            named("data.split_seed", "split-seed", "S", DATA),
            named("data.alike", "alike", "", DATA),
            named("data.drop_leaks", "drop-leaks", "BOOL", DATA),
            named("data.anonymous", "anonymous", "BOOL", DATA),
        ],
    ];
}
