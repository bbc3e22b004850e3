//! `zodarts man`.

use crate::args;
use crate::output;
use anyhow::Result;
use clap_mangen::Man;
use std::path::Path;
use zodarts_nas::files::FileError;

/// Prints the manual page of the whole command, or writes one for each command into a folder.
pub fn run(out: Option<&Path>) -> Result<()> {
    let command = args::command();
    let Some(folder) = out else {
        let mut page = Vec::new();
        Man::new(command).render(&mut page)?;
        return output::print(&String::from_utf8_lossy(&page));
    };
    let written = std::fs::create_dir_all(folder).and_then(|()| clap_mangen::generate_to(command, folder));
    Ok(written.map_err(|source| FileError::Write { path: folder.into(), source })?)
}
