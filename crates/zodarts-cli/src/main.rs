//! The zodarts command.
fn main() {}
