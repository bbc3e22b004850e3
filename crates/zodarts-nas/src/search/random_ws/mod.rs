//! Random search with shared weights: Li and Talwalkar, "Random search and reproducibility for neural
//! architecture search", UAI 2019.
//!
//! The weights of the supernet are trained as in every other search, on the same images in the same order,
//! but each step computes one genotype only, drawn uniformly from those with a path. Then [`SCORED`]
//! genotypes are scored with these weights on the architecture half, and the best one is the result. There is
//! no α and no hypergradient. The gradient of operations that a step does not compute is zero, so momentum
//! and weight decay continue for them, as for those that a sparse mixture leaves out.

mod score;
mod stage;

pub use score::ScoredGenotype;

use self::score::{best, score};
use self::stage::SharedWeights;
use super::batches::{Batches, Halves};
use super::memory::check_single_memory;
use super::{SearchInput, Stop, SupernetAccuracy, first_weights, problem};
use crate::error::Error;
use crate::genotype::Genotype;
use crate::methods::Chain;
use crate::observer::{Event, Observer, StageKind};
use crate::stage::{Stage, drive};
use zodarts_data::rng::stream;

/// Number of genotypes that are scored at the end.
pub const SCORED: usize = 256;

/// The result of a random search with shared weights.
#[derive(Clone, Debug, PartialEq)]
pub struct RandomWsOutcome {
    /// The best genotype of the sample: most correct answers, then smallest loss, then drawn first.
    pub best: ScoredGenotype,
    /// The sample, in the order in which it was drawn.
    pub sample: Vec<ScoredGenotype>,
    /// Number of epochs done.
    pub epochs: usize,
    /// Passes over one batch: one per weight step, and one per batch that was scored.
    pub passes: usize,
    /// Seconds of the search, including the scoring.
    pub seconds: f64,
    /// The reason for the end of the training of the weights.
    pub stop: Stop,
}

impl RandomWsOutcome {
    /// Returns the accuracy of the supernet, without a mixture.
    pub fn supernet(&self) -> SupernetAccuracy {
        SupernetAccuracy { mixed: None, discrete: self.best.acc }
    }
}

/// Trains the shared weights and chooses the best of a sample of genotypes.
///
/// # Errors
/// See [`search`](super::search()).
pub fn random_search(input: SearchInput<'_>, observer: &mut dyn Observer) -> Result<RandomWsOutcome, Error> {
    best_of(SCORED, input, observer)
}

fn best_of(
    count: usize,
    input: SearchInput<'_>,
    observer: &mut dyn Observer,
) -> Result<RandomWsOutcome, Error> {
    let halves = Halves::of(&input)?;
    check_single_memory(input.info, input.development.len(), &input.settings, input.memory)?;
    let problem = problem(&input);
    let batches = Batches::new(&input, &halves);
    let first = Chain::new(first_weights(&problem, &input));
    let mut stage = SharedWeights::new(input, &problem, &batches);
    let driven = drive(&mut stage, first, input.limits(), observer)?;
    let mut random = stream(input.seed, "random-ws-sample", 0);
    let genotypes = Genotype::draw_different(input.settings.space, count, &mut random);
    let sample = score(&mut stage.alpha_half(), &driven.state.weights, &genotypes, observer)?;
    observer.event(Event::StageDone(StageKind::Score));
    let epochs = driven.done;
    let best = best(&sample).ok_or_else(|| {
        let diagnosis = "no genotype of the sample has a loss that is finite".into();
        Error::Diverged { stage: SharedWeights::TITLE, epoch: epochs - 1, diagnosis }
    })?;
    let passes = epochs * batches.steps() + sample.len() * batches.plain();
    let (seconds, stop) = (driven.seconds(), driven.end.into());
    Ok(RandomWsOutcome { best, sample, epochs, passes, seconds, stop })
}

#[cfg(test)]
mod tests {
    use super::stage::SharedPart;
    use super::*;
    use crate::memory::Memory;
    use crate::methods::{DartsV1, SearchMethod, ZoDartsPlus};
    use crate::observer::Silent;
    use crate::records::RandomWsRecord;
    use crate::settings::{Auto, Checked, SearchSettings};
    use crate::stage::{Deadline, EpochEnd, EpochPlan, PartialEpoch};
    use std::collections::HashSet;
    use std::time::Instant;
    use zodarts_data::{Dataset, OpenOptions};

    fn run(threads: usize, settings: &SearchSettings) -> Result<RandomWsOutcome, Error> {
        run_until(Deadline::NONE, threads, settings)
    }

    fn run_until(
        deadline: Deadline,
        threads: usize,
        settings: &SearchSettings,
    ) -> Result<RandomWsOutcome, Error> {
        run_by(&ZoDartsPlus::default(), deadline, threads, settings)
    }

    fn run_by(
        method: &dyn SearchMethod,
        deadline: Deadline,
        threads: usize,
        settings: &SearchSettings,
    ) -> Result<RandomWsOutcome, Error> {
        let dataset = Dataset::open("phantom", &OpenOptions::default(), &|_| ()).unwrap();
        let input = SearchInput { deadline, ..input(&dataset, method, settings) };
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| best_of(12, input, &mut Silent))
    }

    fn input<'a>(
        dataset: &'a Dataset,
        method: &'a dyn SearchMethod,
        settings: &'a SearchSettings,
    ) -> SearchInput<'a> {
        SearchInput {
            info: &dataset.info,
            development: &dataset.val,
            settings: Checked::of(settings).unwrap(),
            method: Checked::of(method).unwrap(),
            mixing: None,
            seed: 3,
            deadline: Deadline::NONE,
            memory: Memory::available(),
            store: None,
        }
    }

    fn tiny() -> SearchSettings {
        let mut settings = SearchSettings { epochs: 2, channels: 2, cells: 1, ..SearchSettings::default() };
        (settings.batch_size, settings.input_size) = (Auto::Fixed(24), Auto::Fixed(12));
        settings
    }

    #[test]
    fn the_best_of_the_sample_is_found_with_any_number_of_threads() {
        let one = run(1, &tiny()).unwrap();
        let two = run(2, &tiny()).unwrap();
        assert_eq!((one.best, &one.sample), (two.best, &two.sample));
        let different: HashSet<Genotype> = one.sample.iter().map(|scored| scored.genotype).collect();
        assert_eq!(different.len(), 12);
        assert!(one.sample.iter().all(|scored| scored.acc <= one.best.acc));
        assert!(one.sample.iter().any(|scored| scored.acc < one.best.acc), "{:?}", one.sample);
        assert_eq!((one.epochs, one.stop), (2, Stop::Finished));
    }

    #[test]
    fn passes_are_weight_steps_and_batches_scored() {
        let outcome = run(1, &tiny()).unwrap();
        let dataset = Dataset::open("phantom", &OpenOptions::default(), &|_| ()).unwrap();
        let batches = (dataset.val.len() / 2).div_ceil(24);
        assert_eq!(outcome.passes, (2 + 12) * batches);
    }

    #[test]
    fn the_architecture_settings_of_other_searches_change_nothing() {
        let other = SearchSettings { alpha_init: 1.0, ..tiny() };
        let other = run_by(&DartsV1::default(), Deadline::NONE, 1, &other).unwrap();
        assert_eq!(other.sample, run(1, &tiny()).unwrap().sample);
    }

    #[test]
    fn a_search_that_diverges_says_so() {
        let wild = SearchSettings { learning_rate: 1e30, clip: 0.0, ..tiny() };
        assert!(matches!(run(1, &wild), Err(Error::Diverged { stage: "search", .. })));
    }

    #[test]
    fn a_search_without_time_for_an_epoch_says_so() {
        let over = Deadline::share(Instant::now(), Some(std::time::Duration::ZERO), 1.0);
        assert!(matches!(run_until(over, 1, &tiny()), Err(Error::OutOfTime { stage: "search" })));
    }

    /// Shared weights of which the first epochs to be run begin with a weight that is no number.
    struct Breaks<'a> {
        shared: SharedWeights<'a>,
        times: usize,
    }

    impl Stage for Breaks<'_> {
        const KIND: StageKind = SharedWeights::KIND;
        const NAME: &'static str = SharedWeights::NAME;
        const TITLE: &'static str = SharedWeights::TITLE;
        type State = Chain;
        type Part = SharedPart;
        type Record = RandomWsRecord;

        fn epoch(
            &mut self,
            plan: &EpochPlan,
            chain: &mut Chain,
            from: Option<PartialEpoch<SharedPart>>,
            observer: &mut dyn Observer,
        ) -> Result<EpochEnd<RandomWsRecord, SharedPart>, Error> {
            if self.times > 0 {
                self.times -= 1;
                chain.weights[0] = f32::NAN;
            }
            self.shared.epoch(plan, chain, from, observer)
        }

        fn announce(&self, _: &RandomWsRecord, _: &Chain, _: &mut dyn Observer) {}
    }

    /// Returns the weights after a training that breaks so many times.
    fn trained(settings: &SearchSettings, times: usize) -> Result<Vec<f32>, Error> {
        let dataset = Dataset::open("phantom", &OpenOptions::default(), &|_| ()).unwrap();
        let method = ZoDartsPlus::default();
        let input = input(&dataset, &method, settings);
        let (halves, problem) = (Halves::of(&input)?, problem(&input));
        let batches = Batches::new(&input, &halves);
        let first = Chain::new(first_weights(&problem, &input));
        let mut stage = Breaks { shared: SharedWeights::new(input, &problem, &batches), times };
        Ok(drive(&mut stage, first, input.limits(), &mut Silent)?.state.weights)
    }

    #[test]
    fn weights_that_diverge_go_back_once_and_on_at_half_the_rate() {
        let settings = tiny();
        let (learning_rate, learning_rate_end) =
            (settings.learning_rate / 2.0, settings.learning_rate_end / 2.0);
        let slower = SearchSettings { learning_rate, learning_rate_end, ..settings.clone() };
        let rolled_back = trained(&settings, 1).unwrap();
        assert!(rolled_back == trained(&slower, 0).unwrap(), "not at half the rate from the first weights");
        assert!(rolled_back != trained(&settings, 0).unwrap());
        assert!(matches!(trained(&settings, 2), Err(Error::Diverged { stage: "search", epoch: 0, .. })));
    }
}
