//! Cargo without a network, so that nothing that is built can download anything.

use crate::shell;
use std::process::{Command, Stdio};

/// Starts a program in a network of its own that leads nowhere, without asking for any rights.
const UNSHARE: &str = "unshare";
const NOWHERE: [&str; 2] = ["--map-root-user", "--net"];

/// Returns the text that one types before cargo.
pub fn prefix() -> String {
    format!("{UNSHARE} {} ", NOWHERE.join(" "))
}

/// Returns true if this system allows it.
pub fn can_be_cut() -> bool {
    let mut command = Command::new(UNSHARE);
    command.args(NOWHERE).arg("true").stdout(Stdio::null()).stderr(Stdio::null());
    command.status().is_ok_and(|status| status.success())
}

/// Cargo, without a network for it or for anything that it starts.
pub fn cargo() -> Command {
    shell::cargo_under(UNSHARE, &NOWHERE)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;
    use std::net::TcpListener;
    use std::path::Path;

    /// A package whose build script calls somebody on this machine.
    fn write_package(folder: &Path, address: &str) {
        let manifest = "[package]\nname = \"caller\"\nedition = \"2024\"\n[workspace]\n";
        let script = format!("fn main() {{ std::net::TcpStream::connect(\"{address}\").unwrap(); }}");
        fs::create_dir_all(folder.join("src")).unwrap();
        for (name, text) in [("Cargo.toml", manifest), ("src/lib.rs", ""), ("build.rs", script.as_str())] {
            fs::write(folder.join(name), text).unwrap();
        }
    }

    /// Builds it from nothing, and returns what is said on failure.
    fn build(mut cargo: Command, folder: &Path) -> Result<(), String> {
        let target = folder.join("target");
        let _ = fs::remove_dir_all(&target);
        cargo.args(["check", "--offline", "--quiet", "--target-dir"]).arg(&target).current_dir(folder);
        let output = cargo.output().unwrap();
        if output.status.success() { Ok(()) } else { Err(String::from_utf8(output.stderr).unwrap()) }
    }

    #[test]
    fn a_build_script_reaches_nobody() {
        if !can_be_cut() {
            eprintln!("SKIPPED: `{}` does not work here", prefix().trim());
            return;
        }
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let folder = std::env::temp_dir().join(format!("zodarts-xtask-caller-{}", std::process::id()));
        write_package(&folder, &listener.local_addr().unwrap().to_string());
        let (with, without) = (build(shell::cargo(), &folder), build(cargo(), &folder));
        fs::remove_dir_all(&folder).unwrap();
        assert_eq!(with, Ok(()));
        let complaint = without.unwrap_err();
        assert!(complaint.contains("NetworkUnreachable"), "{complaint}");
    }
}
