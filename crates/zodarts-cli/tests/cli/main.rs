//! Runs the binary as a user does.

mod bad_input;
mod compare;
mod data;
mod engine;
mod export;
mod help;
mod killed;
mod look;
mod predict;
mod reference;
mod run;
mod study;
mod support;
