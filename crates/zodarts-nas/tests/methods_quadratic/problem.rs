//! A quadratic bilevel problem and scenes of rounds on it.
//!
//! `L_train = ½(w − Aα − b)ᵀH(w − Aα − b)`, where b comes with the batch, and
//! `L_val = ½(w − c)ᵀQ(w − c) + ½‖α − a‖²`, where c comes with the batch.
//!
//! The weights after any number of SGD steps are affine in α, so difference quotients are exact up to
//! rounding at any width.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;
use zodarts_nas::bilevel::{BilevelProblem, Evaluation, Gradients, Want};
use zodarts_nas::methods::{
    DartsUnrolled, Method, Milenas, Optimisers, Round, RoundBatches, RoundReport, SearchMethod, SearchState,
    Unrolled, UnrolledSettings, ZerothOrder, ZoSettings, all,
};
use zodarts_nn::optim::{Adam, Sgd};

/// Number of weights.
pub const W: usize = 6;
/// Number of architecture parameters.
pub const D: usize = 4;

pub enum Batch {
    Training([f64; W]),
    Validation([f64; W]),
}

pub struct Quadratic {
    pub h: [[f64; W]; W],
    pub q: [f64; W],
    pub a: [[f64; D]; W],
    pub target: [f64; D],
}

/// Returns irregular numbers between −1 and 1.
pub fn scatter(seed: usize) -> f64 {
    (seed as f64 * 12.9898 + 1.0).sin()
}

impl Quadratic {
    pub fn new() -> Self {
        let factor: [[f64; W]; W] = std::array::from_fn(|i| std::array::from_fn(|j| scatter(7 * i + j)));
        // FᵀF/3 + ½I: symmetric and positive definite, with a curvature that suits the scene's rate.
        let h = std::array::from_fn(|i| {
            std::array::from_fn(|j| {
                let product: f64 = (0..W).map(|k| factor[k][i] * factor[k][j]).sum();
                product / 3.0 + if i == j { 0.5 } else { 0.0 }
            })
        });
        Quadratic {
            h,
            q: std::array::from_fn(|i| 0.5 + i as f64 / 4.0),
            a: std::array::from_fn(|i| std::array::from_fn(|j| scatter(100 + 5 * i + j))),
            target: std::array::from_fn(|j| scatter(200 + j)),
        }
    }

    /// Returns `∇_w L_train` = Hr, where r = w − Aα − b.
    pub fn training_slope(&self, w: &[f64], alpha: &[f64], b: &[f64; W]) -> [f64; W] {
        let r: [f64; W] = std::array::from_fn(|i| w[i] - b[i] - dot(&self.a[i], alpha));
        std::array::from_fn(|i| dot(&self.h[i], &r))
    }

    /// Returns −Aᵀv. With v = Hr it is `∇_α L_train`.
    pub fn minus_a_transposed(&self, v: &[f64]) -> [f64; D] {
        std::array::from_fn(|j| -(0..W).map(|i| self.a[i][j] * v[i]).sum::<f64>())
    }

    /// Returns `∇_w L_val`.
    pub fn validation_slope(&self, w: &[f64], c: &[f64; W]) -> [f64; W] {
        std::array::from_fn(|i| self.q[i] * (w[i] - c[i]))
    }

    fn training_loss(&self, w: &[f64], alpha: &[f64], b: &[f64; W]) -> f64 {
        let slope = self.training_slope(w, alpha, b);
        (0..W).map(|i| 0.5 * slope[i] * (w[i] - b[i] - dot(&self.a[i], alpha))).sum()
    }

    fn validation_loss(&self, w: &[f64], alpha: &[f64], c: &[f64; W]) -> f64 {
        let weights: f64 = (0..W).map(|i| 0.5 * self.q[i] * (w[i] - c[i]).powi(2)).sum();
        weights + (0..D).map(|j| 0.5 * (alpha[j] - self.target[j]).powi(2)).sum::<f64>()
    }
}

pub fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

pub fn widen(values: &[f32]) -> Vec<f64> {
    values.iter().map(|&v| f64::from(v)).collect()
}

fn narrow(out: &mut [f32], values: &[f64]) {
    assert_eq!(out.len(), values.len(), "gradients come with the problem's size");
    for (o, v) in out.iter_mut().zip(values) {
        *o = *v as f32;
    }
}

impl BilevelProblem for Quadratic {
    type Batch = Batch;
    /// Number of evaluations so far.
    type Worker = usize;

    fn weight_count(&self) -> usize {
        W
    }

    fn alpha_count(&self) -> usize {
        D
    }

    fn worker(&self) -> usize {
        0
    }

    fn evaluate(
        &self,
        worker: &mut usize,
        weights: &[f32],
        alpha: &[f32],
        batch: &Batch,
        want: Want,
        gradients: &mut Gradients,
    ) -> Evaluation {
        *worker += 1;
        let (w, alpha) = (widen(weights), widen(alpha));
        let (loss, dw, dalpha) = match batch {
            Batch::Training(b) => {
                let slope = self.training_slope(&w, &alpha, b);
                (self.training_loss(&w, &alpha, b), slope, self.minus_a_transposed(&slope))
            }
            Batch::Validation(c) => (
                self.validation_loss(&w, &alpha, c),
                self.validation_slope(&w, c),
                std::array::from_fn(|j| alpha[j] - self.target[j]),
            ),
        };
        // Gradients that were not asked for must not be read.
        gradients.weights.fill(f32::NAN);
        gradients.alpha.fill(f32::NAN);
        if want.weights() {
            narrow(&mut gradients.weights, &dw);
        }
        if want.alpha() {
            narrow(&mut gradients.alpha, &dalpha);
        }
        Evaluation { loss, correct: 1.0, images: 2 }
    }
}

/// The settings of the estimators of every method.
#[derive(Clone, Copy)]
pub struct MethodSettings {
    pub sgd: Sgd,
    pub adam: Adam,
    pub milenas_lambda: f64,
    pub zo: ZoSettings,
    pub wide: ZoSettings,
    pub unrolled: UnrolledSettings,
}

impl MethodSettings {
    pub fn optimisers(&self) -> Optimisers {
        Optimisers { sgd: self.sgd, adam: self.adam }
    }

    /// Returns the method of a name, with these settings.
    pub fn build(&self, name: &str) -> Box<dyn Method<Quadratic>> {
        let optimisers = self.optimisers();
        match name {
            "milenas" => Milenas { lambda: self.milenas_lambda }.build(&optimisers),
            "zo-darts" | "zo-darts-plus" => Box::new(ZerothOrder::new(&optimisers, self.zo)),
            "zo-darts-wide" => Box::new(ZerothOrder::new(&optimisers, self.wide)),
            "darts-unrolled" => Box::new(Unrolled::new(&optimisers, self.unrolled)),
            name => {
                let named = all::<Quadratic>().into_iter().find(|method| method.card().name == name);
                named.expect(name).build(&optimisers)
            }
        }
    }
}

/// Returns the names of all methods.
pub fn names() -> Vec<&'static str> {
    all::<Quadratic>().iter().map(|method| method.card().name).collect()
}

/// Returns the methods' defaults, except for directions over all of α, since this problem has no edges.
pub fn defaults() -> MethodSettings {
    let Optimisers { sgd, adam } = Optimisers::default();
    MethodSettings {
        sgd,
        adam,
        milenas_lambda: Milenas::default().lambda,
        zo: ZoSettings::default(),
        wide: ZoSettings { centred: false, ..ZoSettings::WIDE },
        unrolled: DartsUnrolled::default().estimator(),
    }
}

/// A problem with the data of one round and the state before it.
pub struct Scene {
    pub problem: Quadratic,
    pub training: Vec<Batch>,
    pub validation: Vec<Batch>,
    pub state: SearchState,
    pub learning_rate: f64,
}

impl Scene {
    /// Returns a scene of `steps` training batches, with a momentum buffer that is not empty.
    pub fn new(steps: usize) -> Self {
        let start = (0..W).map(|i| scatter(300 + i) as f32).collect();
        let alpha = (0..D).map(|j| scatter(400 + j) as f32).collect();
        let mut state = SearchState::new(start, alpha);
        for (i, b) in state.chain.sgd.momentum_buffer.iter_mut().enumerate() {
            *b = scatter(500 + i) as f32;
        }
        let shift = |seed| std::array::from_fn(|i| scatter(seed + i));
        Scene {
            problem: Quadratic::new(),
            training: (0..steps).map(|t| Batch::Training(shift(600 + 10 * t))).collect(),
            validation: vec![Batch::Validation(shift(800))],
            state,
            learning_rate: 0.05,
        }
    }

    /// Returns the scene with `count` validation batches.
    pub fn validated_by(self, count: usize) -> Self {
        let batch = |index| Batch::Validation(std::array::from_fn(|i| scatter(800 + 10 * index + i)));
        Scene { validation: (0..count).map(batch).collect(), ..self }
    }

    pub fn round<'a>(&'a self, directions: &'a mut ChaCha8Rng) -> Round<'a, Batch> {
        Round { batches: self.batches(), directions }
    }

    pub fn batches(&self) -> RoundBatches<'_, Batch> {
        RoundBatches {
            training: &self.training,
            validation: &self.validation,
            learning_rate: self.learning_rate,
        }
    }

    /// Runs one whole round from the scene's state, and returns the state after it, the report and the
    /// hypergradient.
    pub fn play(&self, name: &str, settings: &MethodSettings) -> (SearchState, RoundReport, Vec<f32>) {
        let mut method = settings.build(name);
        let mut state = self.state.clone();
        let report = self.play_on(method.as_mut(), &mut state, &mut [0], 1);
        (state, report, method.hypergradient().to_vec())
    }

    /// Runs one more round of `method`, with directions drawn from `seed`.
    pub fn play_on(
        &self,
        method: &mut dyn Method<Quadratic>,
        state: &mut SearchState,
        workers: &mut [usize],
        seed: u64,
    ) -> RoundReport {
        let mut directions = ChaCha8Rng::seed_from_u64(seed);
        method.round(&self.problem, workers, state, &mut self.round(&mut directions))
    }
}
