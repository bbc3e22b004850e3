//! How much memory reading may take.

use anyhow::Result;

/// Bytes of data that the process may have.
pub const MEMORY: u64 = 512 << 20;

/// Starts the process again with a limit on its memory, which the shell knows how to set, unless it has one.
///
/// # Errors
/// If there is no such shell.
#[cfg(unix)]
pub fn apply() -> Result<()> {
    use std::os::unix::process::CommandExt;
    use std::process::Command;

    /// Says that the limit is set.
    const SET: &str = "ZODARTS_FUZZ_LIMITED";
    if std::env::var_os(SET).is_some() {
        return Ok(());
    }
    let script = format!("ulimit -d {} && exec \"$0\" \"$@\"", MEMORY >> 10);
    let error = Command::new("sh").arg("-c").arg(script).args(std::env::args_os()).env(SET, "1").exec();
    anyhow::bail!("the limit on memory cannot be set: {error}")
}

/// Says that there is no limit here.
///
/// # Errors
/// Never.
#[cfg(not(unix))]
pub fn apply() -> Result<()> {
    eprintln!("note: memory is not limited to {} MiB on this system", MEMORY >> 20);
    Ok(())
}

/// The most memory that the process had so far, where the system says.
pub fn peak() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.trim().strip_suffix(" kB")?.trim().parse::<u64>().ok().map(|kib| kib << 10)
}
