//! Runs the binary as a user does.

mod alike;
mod bad_input;
mod begun;
mod compare;
mod cross_validate;
mod data;
mod determinism;
#[path = "../../../zodarts-data/tests/support/dicom.rs"]
mod dicom;
mod engine;
mod export;
mod full_disk;
mod help;
mod killed;
mod labels;
mod legacy;
mod look;
mod predict;
mod reference;
mod run;
mod scans;
mod scarce;
mod shapes;
mod stopped;
mod study;
mod support;
mod trust;
mod volumes;
