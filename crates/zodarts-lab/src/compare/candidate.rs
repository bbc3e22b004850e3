//! The candidates of a comparison.

use super::sample::End;
use std::fmt;
use std::str::FromStr;
use thiserror::Error;
use zodarts_data::rng::stream;
use zodarts_nas::genotype::Genotype;
use zodarts_nas::methods::AnyMethod;
use zodarts_nas::protocol::Protocol;
use zodarts_nn::space::Space;
use zodarts_run::settings::{Architecture, Settings};

/// A way to come to a trained network.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Candidate {
    /// A search by the method of this name, then training of what it found.
    Search(&'static str),
    /// A random search with shared weights, then training of what it found.
    RandomWs,
    /// A genotype drawn uniformly from those with a path, then the same training.
    Random,
    /// The best or the worst of a sample of genotypes that were trained shortly, then the same training.
    OfSample(End),
    /// `ResNet-18`, the usual hand-made network.
    Resnet18,
}

/// A name that no candidate has.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("unknown method {found:?}, expected `all` or names from {}", names())]
pub struct UnknownCandidate {
    /// The name found.
    pub found: String,
}

impl Candidate {
    /// Returns all candidates, in the order of the tables.
    pub fn all() -> impl Iterator<Item = Candidate> {
        let searches = AnyMethod::all().into_iter().map(|method| Candidate::Search(method.name()));
        let samples = [End::Best, End::Worst].map(Candidate::OfSample);
        searches.chain([Candidate::RandomWs, Candidate::Random]).chain(samples).chain([Candidate::Resnet18])
    }

    /// Returns the name on the command line and in files.
    pub fn name(self) -> &'static str {
        match self {
            Candidate::Search(name) => name,
            Candidate::RandomWs => "random-ws",
            Candidate::Random => "random",
            Candidate::OfSample(End::Best) => "best-of-32",
            Candidate::OfSample(End::Worst) => "worst-of-32",
            Candidate::Resnet18 => "resnet18",
        }
    }

    /// Returns a description of one line.
    pub fn description(self) -> &'static str {
        match self {
            Candidate::Search(name) => AnyMethod::named(name).map_or("", |method| method.card().description),
            Candidate::RandomWs => {
                "random search with shared weights: the best of 256 genotypes by a supernet trained on \
                 random ones"
            }
            Candidate::Random => "a genotype drawn at random, trained like those that were searched",
            Candidate::OfSample(End::Best) => {
                "the best of 32 random genotypes on the validation images, after a tenth of the training; \
                 protocol official only"
            }
            Candidate::OfSample(End::Worst) => {
                "the worst of the same 32, to show how much the choice matters"
            }
            Candidate::Resnet18 => "ResNet-18, trained like the networks that were searched",
        }
    }

    /// Reports whether the candidate can run under a protocol. Those that are chosen on the validation images
    /// cannot run under `paper`, whose trainings see these images.
    pub fn runs_under(self, protocol: Protocol) -> bool {
        protocol == Protocol::Official || !matches!(self, Candidate::OfSample(_))
    }

    /// Returns the settings of its trial with a seed. `methods` holds the settings of the search methods.
    pub fn settings(self, base: &Settings, methods: &[AnyMethod], seed: u64) -> Settings {
        let mut settings = Settings { seed, ..base.clone() };
        settings.train.architecture = Architecture::Genotype;
        match self {
            Candidate::Search(name) => {
                if let Some(method) = methods.iter().find(|method| method.name() == name) {
                    settings.method = method.clone();
                }
            }
            Candidate::RandomWs | Candidate::Random | Candidate::OfSample(_) => {}
            Candidate::Resnet18 => settings.train.architecture = Architecture::Resnet18,
        }
        settings
    }
}

/// Returns the genotype that a seed draws from all genotypes of a space that have a path.
pub fn random_genotype(space: &'static Space, seed: u64) -> Genotype {
    Genotype::draw(space, &mut stream(seed, "random-genotype", 0))
}

impl fmt::Display for Candidate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

fn names() -> String {
    let names: Vec<&str> = Candidate::all().map(Candidate::name).collect();
    names.join(", ")
}

impl FromStr for Candidate {
    type Err = UnknownCandidate;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        let found = Candidate::all().find(|candidate| candidate.name() == name);
        found.ok_or_else(|| UnknownCandidate { found: name.to_owned() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compare::sample::SAMPLE;
    use std::collections::HashSet;
    use zodarts_nas::search::SCORED;
    use zodarts_nn::space::NAS_BENCH_201;

    #[test]
    fn names_round_trip() {
        for candidate in Candidate::all() {
            assert_eq!(candidate.name().parse(), Ok(candidate));
        }
        let message = "autokeras".parse::<Candidate>().unwrap_err().to_string();
        assert!(
            message.contains("darts-v1, darts-v2") && message.ends_with("worst-of-32, resnet18"),
            "{message}"
        );
    }

    #[test]
    fn names_and_descriptions_give_the_numbers_that_are_used() {
        assert!(Candidate::RandomWs.description().contains(&format!("best of {SCORED} genotypes")));
        assert_eq!(Candidate::OfSample(End::Best).name(), format!("best-of-{SAMPLE}"));
        assert_eq!(Candidate::OfSample(End::Worst).name(), format!("worst-of-{SAMPLE}"));
    }

    const PINNED: usize = 13_501;

    #[test]
    fn random_genotypes_have_a_path_and_differ() {
        let drawn: HashSet<Genotype> = (0..64).map(|seed| random_genotype(&NAS_BENCH_201, seed)).collect();
        assert!(drawn.len() > 60, "{}", drawn.len());
        assert!(drawn.iter().all(|genotype| genotype.check_connected().is_ok()));
        assert_eq!(random_genotype(&NAS_BENCH_201, 5), random_genotype(&NAS_BENCH_201, 5));
        // A change here silently changes every comparison.
        assert_eq!(random_genotype(&NAS_BENCH_201, 1).index(), PINNED);
    }
}
