//! Arguments of `settings`.

use clap::Args;

/// Arguments of `settings`.
#[derive(Debug, Args)]
pub struct SettingsArgs {
    /// A setting such as `search.epochs`, a section such as `train`, or a method such as `darts-v2`
    pub key: Option<String>,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
}
