//! The estimators that are compared with the reference.

use super::StudyContext;
use super::draws::DrawSize;
use super::tasks::on_all_threads;
use serde::Serialize;
use zodarts_data::rng::stream;
use zodarts_nas::SupernetProblem;
use zodarts_nas::bilevel::BilevelProblem;
use zodarts_nas::methods::{
    AnyMethod, DartsUnrolled, DartsV1, DartsV2, Difference, Method, Milenas, Mu, Optimisers, PerturbedChain,
    Round, RoundBatches, SearchMethod, Unrolled, UnrolledSettings, ZerothOrder, ZoDartsPlus, ZoDartsWide,
    ZoSettings,
};
use zodarts_nas::search::Snapshot;
use zodarts_nn::space::Space;

/// A way to estimate the hypergradient.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Estimator {
    /// The estimator of a method that looks at most one weight step ahead.
    Stepwise(AnyMethod),
    /// A zeroth-order estimator.
    ZerothOrder(ZoSettings),
    /// An estimator that differentiates back through the weight steps.
    Unrolled(UnrolledSettings),
}

impl Estimator {
    /// Returns the name of its series, without its numbers.
    pub fn series(&self) -> &'static str {
        match self {
            Estimator::Stepwise(method) => method.name(),
            Estimator::Unrolled(_) => "darts-unrolled",
            Estimator::ZerothOrder(zo) => match (zo.perturbed_chain, zo.difference) {
                (PerturbedChain::Fresh, _) => "eq. 6, authors' chain",
                (_, Difference::Forward) => "eq. 6",
                (_, Difference::Central) => "eq. 6, both sides",
                (_, Difference::ForwardLoss) => "eq. 5",
                (_, Difference::CentralLoss) if zo.centred => "eq. 5, both sides",
                (_, Difference::CentralLoss) => "eq. 5, both sides, not centred",
            },
        }
    }

    /// Returns the numbers of a zeroth-order estimator, or `None` for another.
    pub fn zo(&self) -> Option<&ZoSettings> {
        match self {
            Estimator::Stepwise(_) | Estimator::Unrolled(_) => None,
            Estimator::ZerothOrder(zo) => Some(zo),
        }
    }

    /// Returns T, the number of weight steps it looks ahead.
    pub fn steps(&self) -> usize {
        match self {
            Estimator::Stepwise(_) => 1,
            Estimator::ZerothOrder(zo) => zo.steps,
            Estimator::Unrolled(unrolled) => unrolled.steps,
        }
    }

    /// Returns M, the number of validation batches.
    pub fn validation_batches(&self) -> usize {
        match self {
            Estimator::Stepwise(_) => 1,
            Estimator::ZerothOrder(zo) => zo.validation_batches,
            Estimator::Unrolled(unrolled) => unrolled.validation_batches,
        }
    }

    /// Returns the same estimator with another T and M, or `None` if it has no such numbers.
    pub fn with(&self, steps: usize, validation_batches: usize) -> Option<Self> {
        match self {
            Estimator::Stepwise(_) => None,
            Estimator::ZerothOrder(zo) => {
                Some(Estimator::ZerothOrder(ZoSettings { steps, validation_batches, ..*zo }))
            }
            Estimator::Unrolled(unrolled) => {
                Some(Estimator::Unrolled(UnrolledSettings { steps, validation_batches, ..*unrolled }))
            }
        }
    }

    /// Returns the cost of an estimate: see [`Method::price`].
    pub fn price(&self) -> f64 {
        self.method(&Optimisers::default()).price()
    }

    /// Returns the passes of an estimate: see [`Method::passes`].
    pub fn passes(&self) -> usize {
        self.method(&Optimisers::default()).passes()
    }

    /// Returns the factor by which its estimates are too short: the mean over directions of Σ u·uᵀ is K/d of
    /// the identity.
    pub fn scale(&self, space: &Space) -> f64 {
        self.zo().map_or(1.0, |zo| zo.dimensions(space) as f64 / zo.directions as f64)
    }

    /// Returns `count` estimates at a snapshot, each from batches and directions of its own: those of the
    /// draws after those of the reference. `tick` is called with the passes of each.
    pub(super) fn estimates(
        &self,
        snapshot: &Snapshot,
        context: &StudyContext<'_>,
        count: usize,
        tick: &(dyn Fn(usize) + Sync),
    ) -> Vec<Vec<f64>> {
        let problem = &snapshot.problem;
        let first = context.settings.draws;
        let size = DrawSize { training: self.steps(), validation: self.validation_batches() };
        let begin = || (problem.worker(), self.method(&context.optimisers));
        let estimate = |(worker, method): &mut (_, SupernetMethod), index: usize| {
            let batches = context.draws.draw(first + index, size);
            let batches = RoundBatches {
                training: &batches.training,
                validation: &batches.validation,
                learning_rate: snapshot.learning_rate,
            };
            let directions = &mut stream(context.seed, "study-directions", index as u64);
            let mut round = Round { batches, directions };
            let mut state = snapshot.state.clone();
            let report = method.estimate(problem, std::slice::from_mut(worker), &mut state, &mut round);
            tick(report.passes);
            method.hypergradient().iter().map(|g| f64::from(*g)).collect()
        };
        on_all_threads((0..count).collect(), begin, estimate)
    }

    fn method(&self, optimisers: &Optimisers) -> SupernetMethod {
        match self {
            Estimator::Stepwise(method) => method.build(optimisers),
            Estimator::ZerothOrder(zo) => Box::new(ZerothOrder::new(optimisers, *zo)),
            Estimator::Unrolled(unrolled) => Box::new(Unrolled::new(optimisers, *unrolled)),
        }
    }
}

type SupernetMethod = Box<dyn Method<SupernetProblem>>;

/// Returns the settings of a method; the defaults if `methods` has none of its kind.
fn of<M: SearchMethod + Clone + Default>(methods: &[AnyMethod]) -> M {
    methods.iter().find_map(AnyMethod::downcast).cloned().unwrap_or_default()
}

/// Returns the numbers of the estimator of ZO-DARTS+, which the reference shares.
pub fn zeroth_order(methods: &[AnyMethod]) -> ZoSettings {
    of::<ZoDartsPlus>(methods).zo.estimator()
}

/// Returns the estimators that a study compares: the methods with their settings, then variants of single
/// numbers. The first of a series is the one whose numbers the others vary.
pub fn estimators(methods: &[AnyMethod]) -> Vec<Estimator> {
    let [v1, v2] = [of::<DartsV1>(methods).into(), of::<DartsV2>(methods).into()];
    let stepwise = [v1, v2, of::<Milenas>(methods).into()].map(Estimator::Stepwise);
    let zo = zeroth_order(methods);
    let forward = ZoSettings { difference: Difference::Forward, ..zo };
    let central = ZoSettings { difference: Difference::Central, ..zo };
    let wide = ZoSettings { difference: Difference::CentralLoss, ..of::<ZoDartsWide>(methods).estimator() };
    let paper = ZoSettings { mu: Mu::Relative(0.005), ..forward };
    let mut found = vec![forward, wide, central, paper];
    found.push(ZoSettings { perturbed_chain: PerturbedChain::Fresh, ..paper });
    let at = |zo: ZoSettings, mu: f64| ZoSettings { mu: Mu::Absolute(mu), ..zo };
    found.extend([0.01, 0.1, 0.3, 1.0].map(|mu| at(forward, mu)));
    found.extend([0.1, 0.3, 1.0].map(|mu| at(central, mu)));
    found.extend([0.25, 0.5, 1.0, 2.0, 4.0].map(|mu| ZoSettings { mu: Mu::Tempered(mu), ..wide }));
    found.extend([1, 2, 4, 8].map(|directions| ZoSettings { directions, ..wide }));
    found.extend([1, 3, 10].map(|steps| ZoSettings { steps, ..forward }));
    found.extend([1, 2, 3, 5, 10].map(|steps| ZoSettings { steps, ..wide }));
    found.extend([1, 4, 16].map(|validation_batches| ZoSettings { validation_batches, ..forward }));
    found.extend([1, 2, 4, 8, 16].map(|validation_batches| ZoSettings { validation_batches, ..wide }));
    found.push(ZoSettings { centred: false, ..wide });
    let unrolled = of::<DartsUnrolled>(methods).estimator();
    let mut back = vec![unrolled];
    back.extend([1, 3, 5, 10].map(|steps| UnrolledSettings { steps, ..unrolled }));
    back.extend([1, 4, 16].map(|validation_batches| UnrolledSettings { validation_batches, ..unrolled }));
    back.extend([0.01, 0.03, 0.1, 0.3, 1.0].map(|radius| UnrolledSettings { radius, ..unrolled }));
    let mut all: Vec<Estimator> = stepwise.to_vec();
    let others =
        found.into_iter().map(Estimator::ZerothOrder).chain(back.into_iter().map(Estimator::Unrolled));
    for estimator in others {
        if !all.contains(&estimator) {
            all.push(estimator);
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_compared_twice_and_every_method_is_there() {
        let all = estimators(&AnyMethod::all());
        for (index, estimator) in all.iter().enumerate() {
            assert!(!all[..index].contains(estimator), "{estimator:?}");
        }
        let zo = |zo| Estimator::ZerothOrder(zo);
        assert!(all.contains(&zo(zeroth_order(&[]))) && all.contains(&zo(ZoSettings::WIDE)));
    }

    #[test]
    fn prices_are_of_what_goes_beyond_the_weight_steps() {
        let zo = |difference, directions| {
            let zo = ZoSettings { difference, directions, validation_batches: 3, ..ZoSettings::default() };
            Estimator::ZerothOrder(zo)
        };
        let price = |difference, directions| zo(difference, directions).price();
        assert_eq!([price(Difference::Forward, 1), price(Difference::Central, 1)], [13.0, 23.0]);
        assert_eq!([price(Difference::ForwardLoss, 1), price(Difference::CentralLoss, 4)], [12.0, 88.0]);
        assert_eq!(zo(Difference::CentralLoss, 4).passes(), 90 + 24);
        assert_eq!(Estimator::Stepwise(DartsV2::default().into()).price(), 4.0);
    }
}
