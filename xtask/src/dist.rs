//! `cargo xtask dist`: the archive that is published, `target/dist/zodarts-VERSION-TARGET.tar.gz`.

use crate::shell;
use anyhow::{Context, Result, ensure};
use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::Value;
use std::collections::{BTreeSet, HashMap};
use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;
use tar::{Builder, Header};

/// The largest size of the binary, in bytes.
const LARGEST_BINARY: usize = 20_000_000;

/// Files of the workspace's root that go along.
const FROM_ROOT: [&str; 4] = ["CHANGELOG.md", "LICENSE-APACHE", "LICENSE-MIT", "README.md"];

/// Shells, and the file names under which they look for completions.
const COMPLETIONS: [(&str, &str); 5] = [
    ("bash", "zodarts.bash"),
    ("elvish", "zodarts.elv"),
    ("fish", "zodarts.fish"),
    ("powershell", "_zodarts.ps1"),
    ("zsh", "_zodarts"),
];

/// Builds the binary, writes the archive and prints the sizes of both.
pub fn run() -> Result<()> {
    let mut cargo = shell::cargo();
    cargo.args(["build", "--locked", "--profile", "dist", "--package", "zodarts-cli", "--bin", "zodarts"]);
    shell::run(&mut cargo)?;
    let folder = shell::target().join("dist");
    let binary = folder.join("zodarts").with_extension(std::env::consts::EXE_EXTENSION);
    let name = format!("zodarts-{}-{}", env!("CARGO_PKG_VERSION"), host()?);
    let path = folder.join(format!("{name}.tar.gz"));
    let file = File::create(&path).with_context(|| format!("cannot write {}", path.display()))?;
    let mut archive = Archive { root: name, tar: Builder::new(GzEncoder::new(file, Compression::best())) };
    let size = fill(&mut archive, &binary)?;
    archive.tar.into_inner()?.finish()?.flush()?;
    println!("{:>10} {}", megabytes(size), binary.display());
    println!("{:>10} {}", megabytes(fs::metadata(&path)?.len() as usize), path.display());
    ensure!(size <= LARGEST_BINARY, "the binary has {size} bytes, expected {LARGEST_BINARY} at most");
    Ok(())
}

fn megabytes(bytes: usize) -> String {
    format!("{:.1} MB", bytes as f64 / 1e6)
}

/// Adds all files and returns the size of the binary.
fn fill(archive: &mut Archive, binary: &Path) -> Result<usize> {
    let program = fs::read(binary).with_context(|| format!("cannot read {}", binary.display()))?;
    archive.add(Path::new("zodarts").with_extension(std::env::consts::EXE_EXTENSION), 0o755, &program)?;
    for name in FROM_ROOT {
        archive.add(name, 0o644, &fs::read(shell::root().join(name))?)?;
    }
    archive.add("LICENSES-OF-DEPENDENCIES.txt", 0o644, licences()?.as_bytes())?;
    for (shell, name) in COMPLETIONS {
        let script = output(Command::new(binary).args(["completions", shell]))?;
        archive.add(Path::new("completions").join(name), 0o644, script.as_bytes())?;
    }
    let pages = binary.with_file_name("man");
    output(Command::new(binary).args(["man", "--out"]).arg(&pages))?;
    let mut names: Vec<PathBuf> =
        fs::read_dir(&pages)?.map(|entry| entry.map(|entry| entry.path())).collect::<Result<_, _>>()?;
    names.sort();
    for page in names {
        let name = page.file_name().context("a page without a name")?;
        archive.add(Path::new("man").join(name), 0o644, &fs::read(&page)?)?;
    }
    Ok(program.len())
}

/// An archive in which everything is below one folder.
struct Archive {
    root: String,
    tar: Builder<GzEncoder<File>>,
}

impl Archive {
    /// Adds a file. Owner and time are left out, so that the same files make the same archive.
    fn add(&mut self, name: impl AsRef<Path>, mode: u32, bytes: &[u8]) -> Result<()> {
        let mut header = Header::new_gnu();
        header.set_size(bytes.len() as u64);
        header.set_mode(mode);
        header.set_mtime(0);
        let path = Path::new(&self.root).join(name);
        Ok(self.tar.append_data(&mut header, path, bytes)?)
    }
}

/// Returns the target that programs are built for.
fn host() -> Result<String> {
    let version = output(Command::new("rustc").arg("-vV"))?;
    let host = version.lines().find_map(|line| line.strip_prefix("host: "));
    Ok(host.context("rustc -vV names no host")?.to_owned())
}

/// Returns the licence texts of all packages in the binary, with their names.
fn licences() -> Result<String> {
    let metadata = output(shell::cargo().args(["metadata", "--locked", "--format-version", "1"]))?;
    let metadata: Value = serde_json::from_str(&metadata)?;
    let packages = metadata["packages"].as_array().context("cargo metadata names no packages")?;
    let text = |package: &Value, key: &str| package[key].as_str().unwrap_or_default().to_owned();
    let known: HashMap<String, &Value> = packages
        .iter()
        .map(|package| (format!("{} v{}", text(package, "name"), text(package, "version")), package))
        .collect();
    let mut tree = shell::cargo();
    tree.args(["tree", "--locked", "--package", "zodarts-cli", "--edges", "normal", "--prefix", "none"]);
    let tree = output(&mut tree)?;
    let used: BTreeSet<String> =
        tree.lines().map(|line| line.split(' ').take(2).collect::<Vec<_>>().join(" ")).collect();
    let mut all = Vec::new();
    for name in used.iter().filter(|name| !name.starts_with("zodarts")) {
        let package = known.get(name).with_context(|| format!("{name} is not in cargo metadata"))?;
        all.push(format!("==== {name} ({})\n{}", text(package, "license"), text(package, "repository")));
        let folder = PathBuf::from(text(package, "manifest_path"));
        for file in licence_files(folder.parent().unwrap_or(&folder))? {
            all.push(String::from_utf8_lossy(&fs::read(file)?).trim_end().to_owned());
        }
    }
    Ok(all.join("\n\n"))
}

/// Returns the files of a package that hold its licence or are named in it.
fn licence_files(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut files: Vec<PathBuf> =
        fs::read_dir(folder)?.map(|entry| entry.map(|entry| entry.path())).collect::<Result<_, _>>()?;
    files.retain(|path| {
        let name = path.file_name().unwrap_or_default().to_string_lossy().to_uppercase();
        path.is_file()
            && ["LICENSE", "LICENCE", "COPYING", "NOTICE"].iter().any(|start| name.starts_with(start))
    });
    files.sort();
    Ok(files)
}

/// Runs a command and returns its output.
fn output(command: &mut Command) -> Result<String> {
    let program = command.get_program().to_string_lossy().into_owned();
    let output = command.output().with_context(|| format!("cannot run {program}"))?;
    ensure!(output.status.success(), "{program}: {}", String::from_utf8_lossy(&output.stderr).trim_end());
    Ok(String::from_utf8(output.stdout)?)
}
