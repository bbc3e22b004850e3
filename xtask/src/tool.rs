//! Plugins of cargo at a fixed version, so that every machine checks the same.

use crate::shell;
use std::path::{Path, PathBuf};
use std::process::Command;

/// A plugin and the version that is used.
pub struct Tool {
    /// The package, which is also the program.
    pub name: &'static str,
    pub version: &'static str,
}

impl Tool {
    /// Returns the program: the one on the PATH if it is of this version, else one below cargo's output
    /// directory, which is installed if it is not there.
    ///
    /// # Errors
    /// If it cannot be installed.
    pub fn ensure(&self) -> Result<PathBuf, String> {
        let own = self.folder().join("bin").join(self.name);
        let there = shell::on_path(self.name).into_iter().chain([own.clone()]).find(|path| self.is(path));
        if let Some(path) = there {
            return Ok(path);
        }
        println!("==> {} {} is not installed; installing it below target/tools", self.name, self.version);
        self.install().map_err(|error| format!("{} cannot be installed: {error:#}", self.name))?;
        Ok(own)
    }

    fn folder(&self) -> PathBuf {
        shell::target().join("tools").join(self.name)
    }

    fn is(&self, program: &Path) -> bool {
        let output = Command::new(program).arg("--version").output();
        output.is_ok_and(|output| names_version(&String::from_utf8_lossy(&output.stdout), self.version))
    }

    /// Installs it without optimisation, since it runs for seconds only.
    fn install(&self) -> anyhow::Result<()> {
        let folder = self.folder();
        let build = folder.join("build");
        let mut cargo = shell::cargo();
        cargo.args(["install", "--quiet", "--locked", "--version", self.version, self.name]);
        cargo.arg("--root").arg(&folder).arg("--target-dir").arg(&build);
        cargo.envs([
            ("CARGO_NET_RETRY", "1"),
            ("CARGO_PROFILE_RELEASE_OPT_LEVEL", "0"),
            ("CARGO_PROFILE_RELEASE_LTO", "off"),
            ("CARGO_PROFILE_RELEASE_CODEGEN_UNITS", "16"),
            ("CARGO_PROFILE_RELEASE_DEBUG", "false"),
        ]);
        let installed = shell::run(&mut cargo);
        // Only the program is of use. If this fails, all that is lost is room.
        let _ = std::fs::remove_dir_all(build);
        installed
    }
}

/// Returns true if a program's answer to `--version` ends in this version: `cargo-deny 0.20.2`.
fn names_version(output: &str, version: &str) -> bool {
    output.split_whitespace().last() == Some(version)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_is_all_of_it() {
        assert!(names_version("cargo-deny 0.20.2\n", "0.20.2"));
        assert!(!names_version("cargo-deny 0.20.20\n", "0.20.2"));
        assert!(!names_version("", "0.20.2"));
    }

    #[test]
    fn a_program_that_is_not_there_is_of_no_version() {
        let tool = Tool { name: "cargo-that-nobody-wrote", version: "1.0.0" };
        assert!(!tool.is(Path::new(tool.name)));
    }
}
