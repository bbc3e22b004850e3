//! The trait of a method's settings, from which the method is built.

use super::{Method, Optimisers};
use crate::SupernetProblem;
use crate::bilevel::BilevelProblem;
use crate::normaliser::{Annealing, Normaliser};
use crate::settings::{InvalidSettings, Section};
use zodarts_nn::space::Space;

/// The properties of a method that do not depend on its settings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Card {
    /// The method's name on the command line and in files.
    pub name: &'static str,
    /// A one-line description for users.
    pub description: &'static str,
    /// The normaliser that belongs to the method's definition.
    pub normaliser: Normaliser,
}

/// The settings of a search method on problems of type `P`, from which the method is built.
pub trait SearchMethod<P: BilevelProblem = SupernetProblem>: Section {
    /// Returns the method's name, description and normaliser.
    fn card(&self) -> &'static Card;

    /// Returns the temperature schedule: 1 throughout unless the method anneals.
    fn annealing(&self) -> Annealing {
        Annealing::constant(1.0)
    }

    /// Checks that the settings suit a search space.
    ///
    /// # Errors
    /// Returns the first value that does not, with its key.
    fn check_space(&self, _space: &Space) -> Result<(), InvalidSettings> {
        Ok(())
    }

    /// Builds the method. Its buffers are allocated in the first round.
    fn build(&self, optimisers: &Optimisers) -> Box<dyn Method<P>>;
}
