use super::{Method, Optimisers};
use crate::SupernetProblem;
use crate::bilevel::BilevelProblem;
use crate::normaliser::{Annealing, Normaliser};
use crate::settings::Section;

/// The properties of a method that do not depend on its settings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Card {
    /// Its name on the command line and in files.
    pub name: &'static str,
    /// One line for people.
    pub description: &'static str,
    /// The normaliser it is defined with.
    pub normaliser: Normaliser,
}

/// A search method on problems of type `P`: its settings, and how to build it.
pub trait SearchMethod<P: BilevelProblem = SupernetProblem>: Section {
    /// Returns its name, description and normaliser.
    fn card(&self) -> &'static Card;

    /// Returns its temperature by epoch: 1 throughout unless the method anneals.
    fn annealing(&self) -> Annealing {
        Annealing::constant(1.0)
    }

    /// Builds the method for its first round. Its buffers take the problem's size at that round.
    fn build(&self, optimisers: &Optimisers) -> Box<dyn Method<P>>;
}
