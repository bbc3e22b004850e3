//! The search methods, five published ones and two of our own, each on any
//! [`BilevelProblem`](crate::bilevel::BilevelProblem).
//!
//! A method advances a [`SearchState`] by one [`Round`]: some SGD steps of the weights, and one Adam step of
//! the architecture parameters α along an estimate of the hypergradient, the gradient of F(α) =
//! `L_val(w*(α), α)`. [`all`] lists the methods. To add one, write a file with its settings and its
//! [`SearchMethod`], and name it in `list.rs`.

mod annealed;
mod any;
mod darts_unrolled;
mod darts_v1;
mod darts_v2;
mod list;
mod milenas;
mod optimisers;
mod round;
mod search_method;
mod state;
mod stepwise;
mod zo;
mod zo_darts;
mod zo_darts_plus;
mod zo_darts_wide;

pub use annealed::AnnealingSettings;
pub use any::{AnyMethod, unknown};
pub use darts_unrolled::{DartsUnrolled, Unrolled, UnrolledSettings};
pub use darts_v1::DartsV1;
pub use darts_v2::DartsV2;
pub use list::all;
pub use milenas::Milenas;
pub use optimisers::Optimisers;
pub use round::{Method, Round, RoundBatches, RoundReport, combined};
pub use search_method::{Card, SearchMethod};
pub use state::{Chain, SearchState};
pub use zo::{Difference, Mu, PerturbedChain, ZerothOrder, ZoSettings};
pub use zo_darts::{MuScale, ZoDarts};
pub use zo_darts_plus::ZoDartsPlus;
pub use zo_darts_wide::ZoDartsWide;
