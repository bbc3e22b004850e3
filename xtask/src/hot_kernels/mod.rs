//! `cargo xtask hot-kernels`: checks the machine code of the kernels in the built binary.
//!
//! A kernel's body is generic, closures and all, and must be inlined into the function that enables AVX2 and
//! FMA. A closure that is compiled on its own has none of the vector instructions: it calls a function for
//! each of them, and the engine is nine times slower, with the same results. No test of results can see that,
//! and one codegen unit too many is enough. So this check reads the functions `run_avx2` of the binary. Each
//! must hold multiply-adds, unless its kernel is known to have none, and call nothing but panics, memory
//! copies, and functions without floating-point arithmetic, such as iterators over positions.

mod binary;
mod function;

use crate::shell;
use anyhow::{Context, Result, bail, ensure};
use binary::{Binary, Target};
use clap::Args;
use function::{Call, Function};
use std::collections::HashSet;
use std::path::{Path, PathBuf};

/// The function that runs a kernel with AVX2, as far as its name is the same for all kernels of `f32`.
const DISPATCH: &str = "zodarts_kernels::kernels::run_avx2::<f32, ";

/// Kernels that only move, add or compare.
const WITHOUT_MULTIPLY_ADDS: [&str; 12] = [
    "AvgPool2",
    "AvgPool2Backward",
    "AvgPool3",
    "AvgPool3Backward",
    "ChannelSum",
    "GlobalAverage",
    "GlobalAverageBackward",
    "FlatDifferenceDot",
    "FlatDot",
    "Pad",
    "Relu",
    "ReluBackward",
];

/// The number of kernels below which the search for them must have gone wrong.
const FEWEST: usize = 25;

/// Functions that do not return. They are not read any further, nor are those that format their messages.
const PANICS: [&str; 6] = [
    "_Unwind_Resume",
    "core::panicking::",
    "core::slice::index::",
    "core::option::",
    "core::result::",
    "core::slice::copy_from_slice_impl::",
];

/// Functions of the C library that copy or fill memory.
const MEMORY: [&str; 3] = ["memcpy", "memmove", "memset"];

/// Options of the check.
#[derive(Debug, Args)]
pub struct Options {
    /// The binary to read instead of building one; it must have its symbols.
    #[arg(long, value_name = "FILE")]
    binary: Option<PathBuf>,
}

/// Checks the binary of the options, or builds the release binary and checks that.
pub fn run(options: &Options) -> Result<()> {
    match &options.binary {
        Some(path) => check(path),
        None => check(&build()?),
    }
}

/// Reads the binary and fails if a kernel has come apart.
pub fn check(path: &Path) -> Result<()> {
    if !cfg!(all(target_arch = "x86_64", target_os = "linux")) {
        println!("==> SKIPPED: the kernels' machine code is not checked, for this is not x86-64 Linux");
        return Ok(());
    }
    let bytes = std::fs::read(path).with_context(|| format!("cannot read {}", path.display()))?;
    let binary = Binary::parse(&bytes)?;
    let kernels = kernels(&binary);
    ensure!(
        kernels.len() >= FEWEST,
        "{} kernels found in {}, expected {FEWEST} or more: was it stripped, or built with other RUSTFLAGS \
         than those of .cargo/config.toml?",
        kernels.len(),
        path.display()
    );
    let faults: Vec<String> = kernels.iter().filter_map(|kernel| fault(&binary, kernel)).collect();
    if !faults.is_empty() {
        bail!(
            "{} of {} kernels have come apart; have zodarts-kernels and zodarts-nn one \
             codegen unit in Cargo.toml?\n  {}",
            faults.len(),
            kernels.len(),
            faults.join("\n  ")
        );
    }
    println!("==> {} kernels hold all of their arithmetic", kernels.len());
    Ok(())
}

fn build() -> Result<PathBuf> {
    let mut cargo = shell::cargo();
    shell::run(cargo.args(["build", "--release", "--package", "zodarts-cli", "--bin", "zodarts"]))?;
    Ok(shell::target().join("release/zodarts"))
}

/// A kernel in the binary.
struct Kernel {
    name: String,
    address: u64,
}

/// Returns all kernels of `f32`.
fn kernels(binary: &Binary) -> Vec<Kernel> {
    let kernel = |(address, name): (u64, &str)| {
        Some(Kernel { name: kernel_name(name.strip_prefix(DISPATCH)?).to_owned(), address })
    };
    binary.functions().filter_map(kernel).collect()
}

/// Returns `Conv` of `zodarts_kernels::conv::Conv<f32>>`.
fn kernel_name(path: &str) -> &str {
    let path = path.split(['<', '>']).next().unwrap_or(path);
    path.rsplit("::").next().unwrap_or(path)
}

/// Returns what is wrong with a kernel.
fn fault(binary: &Binary, kernel: &Kernel) -> Option<String> {
    let function = binary.function(kernel.address)?;
    let name = &kernel.name;
    if function.multiply_adds == 0 && !WITHOUT_MULTIPLY_ADDS.contains(&name.as_str()) {
        return Some(format!("{name} holds no multiply-adds"));
    }
    let callee = outside(binary, &function)?;
    Some(format!("{name} is not in one piece: it calls {callee}"))
}

/// Returns the first function with floating-point arithmetic that is called from `function`, directly or not.
fn outside(binary: &Binary, function: &Function) -> Option<String> {
    let mut seen = HashSet::new();
    let mut targets = targets(binary, function);
    while let Some(target) = targets.pop() {
        let Some(name) = binary.name(&target) else { return Some("one that is not known".into()) };
        let panics = PANICS.iter().any(|panic| name.starts_with(panic)) || name.contains("core::fmt::");
        let harmless = panics || MEMORY.contains(&name);
        if harmless || !seen.insert(name.to_owned()) {
            continue;
        }
        let Target::Function(address) = target else { return Some(name.to_owned()) };
        let called = binary.function(address)?;
        if called.arithmetic > 0 || name.starts_with("core::core_arch::") {
            return Some(name.to_owned());
        }
        targets.extend(self::targets(binary, &called));
    }
    None
}

/// Returns the functions that a function calls. Those whose address it takes stand for calls by a register.
fn targets(binary: &Binary, function: &Function) -> Vec<Target> {
    let known = |call: &&Call| binary.name(&binary.target(**call)).is_some();
    let taken: Vec<&Call> = function.taken.iter().filter(known).collect();
    let by_register = |call: &&Call| **call == Call::ByRegister && !taken.is_empty();
    let calls = function.calls.iter().filter(|call| !by_register(call));
    calls.chain(taken.iter().copied()).map(|&call| binary.target(call)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_kernel_is_named_by_its_type() {
        assert_eq!(kernel_name("zodarts_kernels::conv::Conv<f32>>"), "Conv");
        assert_eq!(kernel_name("zodarts_kernels::sweep::Pad<'_>>"), "Pad");
    }
}
