//! The table of runs. Every line stands here in two forms: as commit 8f9ca18 reads it and as this version
//! does.

/// The data file of BreastMNIST.
pub const BREAST: &str = "breastmnist.npz";

/// The version that a line is written for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// Commit 8f9ca18.
    Old,
    /// This version.
    New,
}

/// A piece of a command line, or a settings file, in both forms.
#[derive(Clone, Copy, Debug)]
pub struct Text {
    old: &'static str,
    new: &'static str,
}

impl Text {
    /// Returns a text as 8f9ca18 and as this version read it.
    const fn new(old: &'static str, new: &'static str) -> Self {
        Self { old, new }
    }

    /// Returns a text that both versions read.
    const fn same(text: &'static str) -> Self {
        Self { old: text, new: text }
    }

    /// Returns the text for a version.
    pub fn of(self, form: Form) -> &'static str {
        match form {
            Form::Old => self.old,
            Form::New => self.new,
        }
    }
}

/// Settings files that lie beside every run.
pub const SETTINGS: [(&str, Text); 2] = [
    (
        "tiny.toml",
        Text::same(
            "[search]\nepochs = 2\nchannels = 4\ncells = 1\ninput_size = 12\n\
             [train]\nepochs = 2\nchannels = 4\ncells = 1\ninput_size = 12\n",
        ),
    ),
    (
        "long.toml",
        Text::same(
            "[search]\nepochs = 30\nchannels = 4\ncells = 1\ninput_size = 12\n\
             [train]\nepochs = 30\nchannels = 4\ncells = 1\ninput_size = 12\n",
        ),
    ),
];

/// Sizes of the searches of the table.
const SEARCH_SIZES: Text = Text::new(
    "--epochs 2 --channels 4 --cells 1 --input-size 12 --batch-size 32",
    "--epochs 2 --set search.channels=4 --set search.cells=1 --set search.input_size=12 \
     --set search.batch_size=32",
);

/// Sizes of the trainings of the table.
const TRAIN_SIZES: Text = Text::new(
    "--epochs 2 --channels 4 --cells 1 --input-size 12 --batch-size 32",
    "--epochs 2 --set train.channels=4 --set train.cells=1 --set train.input_size=12 \
     --set train.batch_size=32",
);

/// The search methods, each with options of its own, so that their translation is tested, too.
const METHODS: [(&str, Text); 7] = [
    ("darts-v1", Text::new("--alpha-beta1 0.4", "--set search.alpha_beta1=0.4")),
    ("darts-v2", Text::new("--darts-radius 0.02", "--set method.radius=0.02")),
    ("milenas", Text::new("--milenas-lambda 0.5", "--set method.lambda=0.5")),
    (
        "zo-darts",
        Text::new(
            "--zo-steps 3 --mu 0.2 --difference central",
            "--set method.steps=3 --set method.mu=0.2 --set method.difference=central",
        ),
    ),
    (
        "zo-darts-plus",
        Text::new(
            "--zo-steps 3 --temperature 1.2 --anneal-factor 0.5 --anneal-every 1",
            "--set method.steps=3 --set method.temperature=1.2 --set method.anneal_factor=0.5 \
     --set method.anneal_every=1",
        ),
    ),
    (
        "zo-darts-wide",
        Text::new(
            "--wide-steps 3 --wide-batches 2 --directions 2 --smoothing 0.5",
            "--set method.steps=3 --set method.validation_batches=2 --set method.directions=2 \
     --set method.smoothing=0.5",
        ),
    ),
    (
        "darts-unrolled",
        Text::new(
            "--unrolled-steps 3 --unrolled-batches 2 --unrolled-radius 0.2",
            "--set method.steps=3 --set method.validation_batches=2 --set method.radius=0.2",
        ),
    ),
];

/// A search whose options of the engine and of the weights are not the defaults.
const OTHER_SEARCH: Text = Text::new(
    "--zo-steps 2 --mu 0.005 --mu-scale relative --difference forward-loss \
     --perturbed-chain fresh --chains in-turn --convolutions direct --operations all \
     --early-stop false --flip false --crop-padding 2 --nesterov false --learning-rate \
     0.05 --learning-rate-end 0.01 --momentum 0.8 --weight-decay 0.001 --clip 1 \
     --alpha-learning-rate 0.02 --alpha-beta2 0.99 --alpha-weight-decay 0.002 \
     --alpha-init 0.01",
    "--set method.steps=2 --set method.mu=0.005 --set method.mu_scale=relative --set \
     method.difference=forward-loss --set method.perturbed_chain=fresh --set \
     search.chains=in-turn --set search.convolutions=direct --set search.operations=all \
     --set search.early_stop=false --set search.flip=false --set search.crop_padding=2 \
     --set search.nesterov=false --set search.learning_rate=0.05 --set \
     search.learning_rate_end=0.01 --set search.momentum=0.8 --set \
     search.weight_decay=0.001 --set search.clip=1 --set search.alpha_learning_rate=0.02 \
     --set search.alpha_beta2=0.99 --set search.alpha_weight_decay=0.002 --set \
     search.alpha_init=0.01",
);

/// A search whose perturbations are one-sided.
const ONE_SIDED: Text = Text::new(
    "--wide-steps 2 --wide-batches 1 --directions 3 --antithetic false",
    "--set method.steps=2 --set method.validation_batches=1 --set method.directions=3 \
     --set method.antithetic=false",
);

const GENOTYPE: Text = Text::same(
    "--genotype |nor_conv_3x3~0|+|skip_connect~0|nor_conv_1x1~1|+|avg_pool_3x3~0|none~1|nor_conv_3x3~2|",
);

/// A training whose options are not the defaults.
const OTHER_TRAINING: Text = Text::new(
    "--mix cutmix --mix-alpha 0.5 --label-smoothing 0.2 --class-weights balanced \
     --selection best --learning-rate 0.05 --warmup-epochs 1 --warmup-start 0.1 \
     --momentum 0.8 --nesterov true --weight-decay 0.001 --clip 1 --flip false \
     --crop-padding 1 --calibrate false",
    "--set train.mix=cutmix --set train.mix_alpha=0.5 --set train.label_smoothing=0.2 \
     --class-weights balanced --set train.selection=best --set train.learning_rate=0.05 \
     --set train.warmup_epochs=1 --set train.warmup_start=0.1 --set train.momentum=0.8 \
     --set train.nesterov=true --set train.weight_decay=0.001 --set train.clip=1 --set \
     train.flip=false --set train.crop_padding=1 --set predict.calibrate=false",
);

/// For networks whose calibration error does not fall: 8f9ca18 calibrated those, too.
const UNCALIBRATED: Text = Text::new("--calibrate false", "--set predict.calibrate=false");

/// A point at which a run is stopped: as soon as a file of its folder has so many lines.
#[derive(Clone, Copy, Debug)]
pub struct Stop {
    /// The file, below the run folder.
    pub file: &'static str,
    /// Its lines.
    pub lines: usize,
}

/// One case: commands that are given one after the other, in one folder. `out` is the folder of the run.
#[derive(Debug)]
pub struct Case {
    /// The name in the record.
    pub name: String,
    lines: Vec<Vec<Text>>,
    /// The first command is stopped at these points and given again each time.
    pub stops: &'static [Stop],
}

impl Case {
    /// Returns a case of one line, not stopped.
    fn of(name: &str, line: &'static str) -> Self {
        Self::joined(name, &[Text::same(line)])
    }

    /// Returns a case of one line that is written in pieces, not stopped.
    fn joined(name: &str, pieces: &[Text]) -> Self {
        Self { name: name.into(), lines: vec![pieces.to_vec()], stops: &[] }
    }

    /// Adds a line.
    fn then(mut self, line: &'static str) -> Self {
        self.lines.push(vec![Text::same(line)]);
        self
    }

    /// Stops the first command at these points.
    fn stopped(mut self, stops: &'static [Stop]) -> Self {
        self.stops = stops;
        self
    }

    /// Returns the command lines for a version.
    pub fn commands(&self, form: Form) -> Vec<String> {
        let join = |line: &Vec<Text>| line.iter().map(|text| text.of(form)).collect::<Vec<_>>().join(" ");
        self.lines.iter().map(join).collect()
    }

    /// Returns true if the case needs the file of BreastMNIST.
    pub fn reads_breast(&self) -> bool {
        self.commands(Form::New).iter().any(|line| line.contains(BREAST))
    }
}

/// Returns every case, in the order in which they run.
pub fn all() -> Vec<Case> {
    [searches(), trainings(), fits(), comparisons(), studies(), stopped()].into_iter().flatten().collect()
}

fn searches() -> Vec<Case> {
    let mut cases = Vec::new();
    for (method, options) in METHODS {
        for (data, line) in [
            ("phantom", Text::same("search phantom --seed 3 --out out --method")),
            ("breast", Text::same("search breastmnist.npz --seed 3 --out out --method")),
        ] {
            let name = format!("search {method} {data}");
            cases.push(Case::joined(&name, &[line, Text::same(method), options, SEARCH_SIZES]));
        }
    }
    let plus = Text::same("search phantom --out out --method zo-darts-plus");
    let wide = Text::same("search phantom --out out --method zo-darts-wide");
    cases.push(Case::joined("search other options", &[plus, OTHER_SEARCH, SEARCH_SIZES]));
    cases.push(Case::joined("search one-sided", &[wide, ONE_SIDED, SEARCH_SIZES]));
    cases.push(Case::of("search full size", "search breastmnist.npz --epochs 1 --out out"));
    cases
}

fn trainings() -> Vec<Case> {
    let phantom = Text::same("train phantom --out out");
    let breast = Text::same("train breastmnist.npz --out out");
    let resnet = Text::new(
        "--architecture resnet18 --epochs 1 --input-size 12 --batch-size 64",
        "--architecture resnet18 --epochs 1 --set train.input_size=12 --set train.batch_size=64",
    );
    vec![
        Case::joined("train genotype phantom", &[phantom, GENOTYPE, TRAIN_SIZES]),
        Case::joined("train genotype breast", &[breast, GENOTYPE, TRAIN_SIZES, UNCALIBRATED]),
        Case::joined("train other options", &[breast, GENOTYPE, OTHER_TRAINING, TRAIN_SIZES]),
        Case::joined("train resnet18", &[breast, resnet]),
        Case::of("train a search", "search phantom --config tiny.toml --seed 5 --out out")
            .then("train --run out --config tiny.toml --seed 5")
            .then("evaluate out --split val"),
    ]
}

fn fits() -> Vec<Case> {
    let calibrated = Text::new(
        "fit breastmnist.npz --config tiny.toml --seed 2 --calibrate true --out out",
        "fit breastmnist.npz --config tiny.toml --seed 2 --set predict.calibrate=true --out out",
    );
    let sensitive = "fit phantom --config tiny.toml --sensitivity 0.9 --positive spiculated --out out";
    let quick = "fit breastmnist.npz --preset quick --search-epochs 1 --train-epochs 1 --out out";
    vec![
        Case::joined("fit calibrated", &[calibrated]),
        Case::of("fit sensitive", sensitive),
        Case::of("fit quick", quick),
    ]
}

fn comparisons() -> Vec<Case> {
    let all = "compare phantom --methods all --seeds 1 --config tiny.toml --out out";
    let random =
        "compare breastmnist.npz --methods random,random-ws --seeds 1,2 --config tiny.toml --out out";
    let paper = "compare phantom --methods zo-darts-plus,random --seeds 1 --protocol paper \
                 --config tiny.toml --out out";
    vec![
        Case::of("compare all", all),
        Case::of("compare random breast", random),
        Case::of("compare paper", paper),
    ]
}

fn studies() -> Vec<Case> {
    let line = "study hypergradient phantom --moments 1 --draws 2 --passes 10 --preset quick \
                --config tiny.toml --out out";
    vec![Case::of("study", line)]
}

fn stopped() -> Vec<Case> {
    const FIT: [Stop; 3] = [
        Stop { file: "search.jsonl", lines: 2 },
        Stop { file: "search.jsonl", lines: 12 },
        Stop { file: "train.jsonl", lines: 3 },
    ];
    const COMPARE: [Stop; 1] =
        [Stop { file: "trials/official/phantom/random-ws/seed-1/random-ws.jsonl", lines: 3 }];
    let fit = Text::same("fit phantom --config long.toml --seed 4 --out out");
    let compare = "compare phantom --methods random-ws --seeds 1 --config long.toml --out out";
    vec![
        Case::joined("stopped fit", &[fit, UNCALIBRATED]).stopped(&FIT),
        Case::of("stopped compare", compare).stopped(&COMPARE),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn names_are_told_apart() {
        let names: BTreeSet<String> = all().into_iter().map(|case| case.name).collect();
        assert_eq!(names.len(), all().len());
    }

    #[test]
    fn every_command_writes_to_the_folder_that_is_read() {
        for case in all() {
            for form in [Form::Old, Form::New] {
                let first = &case.commands(form)[0];
                assert!(first.contains(" --out out"), "{first}");
            }
        }
    }
}
