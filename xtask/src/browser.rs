//! A Chromium for the tests that look at pages.

use crate::shell;
use std::process::Command;

/// Names a Chromium that is not on the PATH.
const CHROMIUM: &str = "ZODARTS_CHROMIUM";
/// Its names on the PATH.
const PROGRAMS: [&str; 4] = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];

/// Installs Debian's package of Chromium if there is no Chromium and this process may install one.
///
/// # Errors
/// If there is no Chromium afterwards, with the reason. The tests that need it are skipped then.
pub fn ensure() -> Result<(), String> {
    if std::env::var_os(CHROMIUM).is_some()
        || PROGRAMS.iter().any(|program| shell::on_path(program).is_some())
    {
        return Ok(());
    }
    if shell::on_path("apt-get").is_none() || !is_root() {
        return Err(format!("there is none; install one, or name it in {CHROMIUM}"));
    }
    let install = |arguments: &[&str]| {
        let mut command = Command::new("apt-get");
        command.env("DEBIAN_FRONTEND", "noninteractive").args(["-q", "-y"]).args(arguments);
        shell::run_quietly(&mut command).map_err(|error| format!("{error:#}"))
    };
    install(&["update"])?;
    install(&["install", "--no-install-recommends", "chromium"])
}

fn is_root() -> bool {
    let user = Command::new("id").arg("-u").output();
    user.is_ok_and(|output| output.stdout.trim_ascii() == b"0")
}
