use super::{
    Method, MethodSettings, darts_unrolled, darts_v1, darts_v2, milenas, zo_darts, zo_darts_plus,
    zo_darts_wide,
};
use crate::bilevel::BilevelProblem;
use crate::normaliser::Normaliser;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;
use thiserror::Error;

/// What there is to say about a method without running it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Card {
    /// Its name on the command line and in files.
    pub name: &'static str,
    /// One line for people.
    pub description: &'static str,
    /// The normaliser it is defined with.
    pub normaliser: Normaliser,
    /// Whether its temperature is annealed; if not, it stays at 1.
    pub annealed: bool,
}

/// Expands the list of modules into an enum and the two ways to reach a module's items from it.
macro_rules! registry {
    ($($kind:ident => $module:ident,)*) => {
        /// A search method.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub enum MethodKind {
            $(#[doc = concat!("See `methods/", stringify!($module), ".rs`.")] $kind,)*
        }

        impl MethodKind {
            /// Every method.
            pub const ALL: &'static [MethodKind] = &[$(MethodKind::$kind),*];

            /// Its name, description and normaliser.
            pub fn card(self) -> &'static Card {
                match self { $(MethodKind::$kind => &$module::CARD,)* }
            }

            /// A method ready for its first round. Its buffers take the problem's size at that round.
            pub fn build<P: BilevelProblem>(self, settings: &MethodSettings) -> Box<dyn Method<P>> {
                match self { $(MethodKind::$kind => Box::new($module::build(settings)),)* }
            }
        }
    };
}

registry! {
    DartsV1 => darts_v1,
    DartsV2 => darts_v2,
    Milenas => milenas,
    ZoDarts => zo_darts,
    ZoDartsPlus => zo_darts_plus,
    ZoDartsWide => zo_darts_wide,
    DartsUnrolled => darts_unrolled,
}

impl MethodKind {
    /// The normaliser it is defined with.
    pub fn normaliser(self) -> Normaliser {
        self.card().normaliser
    }

    /// Whether its temperature is annealed.
    pub fn annealed(self) -> bool {
        self.card().annealed
    }
}

impl fmt::Display for MethodKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.card().name)
    }
}

/// A name that no method has.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("unknown method {found:?}, expected one of {}", names())]
pub struct UnknownMethod {
    /// The name found.
    pub found: String,
}

fn names() -> String {
    let names: Vec<&str> = MethodKind::ALL.iter().map(|kind| kind.card().name).collect();
    names.join(", ")
}

impl FromStr for MethodKind {
    type Err = UnknownMethod;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        let named = |kind: &&MethodKind| kind.card().name == name;
        MethodKind::ALL.iter().find(named).copied().ok_or_else(|| UnknownMethod { found: name.to_owned() })
    }
}

impl TryFrom<String> for MethodKind {
    type Error = UnknownMethod;

    fn try_from(name: String) -> Result<Self, Self::Error> {
        name.parse()
    }
}

impl From<MethodKind> for String {
    fn from(kind: MethodKind) -> Self {
        kind.card().name.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_round_trip() {
        let expected = [
            "darts-v1",
            "darts-v2",
            "milenas",
            "zo-darts",
            "zo-darts-plus",
            "zo-darts-wide",
            "darts-unrolled",
        ];
        for (kind, name) in MethodKind::ALL.iter().zip(expected) {
            assert_eq!(kind.to_string(), name);
            assert_eq!(name.parse(), Ok(*kind));
            assert_eq!(serde_json::to_string(kind).expect("json"), format!("{name:?}"));
        }
        assert_eq!(MethodKind::ALL.len(), expected.len());
        let message = "pdarts".parse::<MethodKind>().unwrap_err().to_string();
        assert!(message.starts_with("unknown method \"pdarts\", expected one of darts-v1, darts-v2"));
    }

    #[test]
    fn only_zo_darts_plus_and_ours_are_sparse_and_annealed() {
        for kind in MethodKind::ALL {
            let sparse =
                [MethodKind::ZoDartsPlus, MethodKind::ZoDartsWide, MethodKind::DartsUnrolled].contains(kind);
            assert_eq!(kind.normaliser() == Normaliser::Sparsemax, sparse);
            assert_eq!(kind.annealed(), sparse);
        }
    }
}
