//! Tests of every search method on a quadratic bilevel problem whose hypergradient is known in closed form.

mod chains;
mod estimates;
mod problem;
mod reference;
mod rounds;
