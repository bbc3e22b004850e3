//! The search methods, five published and two of our own, each on any [`BilevelProblem`](crate::bilevel::BilevelProblem).
//!
//! A method advances a [`SearchState`] by one [`Round`]: some SGD steps of the weights and one Adam step of
//! the architecture parameters α along its estimate of the hypergradient, the gradient of
//! F(α) = `L_val(w*(α), α)`. [`MethodKind`] lists the methods; to add one, write a file with a `CARD` and a
//! `build` and name it in `registry.rs`.

mod darts_unrolled;
mod darts_v1;
mod darts_v2;
mod milenas;
mod registry;
mod round;
mod settings;
mod state;
mod stepwise;
mod zo;
mod zo_darts;
mod zo_darts_plus;
mod zo_darts_wide;

pub use darts_unrolled::Unrolled;
pub use registry::{Card, MethodKind, UnknownMethod};
pub use round::{Method, Round, RoundReport, combined};
pub use settings::{
    Difference, MethodSettings, Mu, PerturbedChain, SettingsError, UnrolledSettings, ZoSettings,
};
pub use state::{Chain, SearchState};
pub use zo::ZerothOrder;
