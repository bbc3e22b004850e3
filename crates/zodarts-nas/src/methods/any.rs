//! A search method of any kind with its settings.

use super::{SearchMethod, ZoDartsPlus, all};
use crate::SupernetProblem;
use crate::settings::{InvalidSettings, Section, nearest};
use serde::{Serialize, Serializer};
use std::any::Any;
use std::fmt;
use std::ops::Deref;
use std::sync::Arc;

/// A search method on the supernet with its settings, of any kind.
#[derive(Clone)]
pub struct AnyMethod(Arc<dyn SearchMethod>);

impl AnyMethod {
    /// Returns every method with its default settings, in the order of [`all`].
    pub fn all() -> Vec<Self> {
        all::<SupernetProblem>().into_iter().map(Self::from).collect()
    }

    /// Returns the method with a name, with its default settings.
    ///
    /// # Errors
    /// Returns [`InvalidSettings::UnknownMethod`] if no method has this name.
    pub fn named(name: &str) -> Result<Self, InvalidSettings> {
        Self::all().into_iter().find(|method| method.name() == name).ok_or_else(|| unknown(name))
    }

    /// Returns the method's name on the command line and in files.
    pub fn name(&self) -> &'static str {
        self.card().name
    }

    /// Returns the method as an `M`, or `None` if it is another method.
    pub fn downcast<M: SearchMethod>(&self) -> Option<&M> {
        let section: &dyn Any = &*self.0;
        section.downcast_ref()
    }
}

/// Returns the error for a name that no method has.
pub fn unknown(name: &str) -> InvalidSettings {
    let names: Vec<&str> = AnyMethod::all().iter().map(AnyMethod::name).collect();
    let hint = nearest(name, &names).map(|near| format!("did you mean `{near}`?"));
    InvalidSettings::UnknownMethod { found: name.into(), known: names.join(", "), hint }
}

impl Default for AnyMethod {
    fn default() -> Self {
        ZoDartsPlus::default().into()
    }
}

impl<M: SearchMethod> From<M> for AnyMethod {
    fn from(method: M) -> Self {
        Self(Arc::new(method))
    }
}

impl From<Box<dyn SearchMethod>> for AnyMethod {
    fn from(method: Box<dyn SearchMethod>) -> Self {
        Self(method.into())
    }
}

impl Deref for AnyMethod {
    type Target = dyn SearchMethod;

    fn deref(&self) -> &Self::Target {
        &*self.0
    }
}

impl PartialEq for AnyMethod {
    fn eq(&self, other: &Self) -> bool {
        self.name() == other.name() && self.values() == other.values()
    }
}

impl fmt::Debug for AnyMethod {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Display for AnyMethod {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// Serializes a table of the name and the settings.
impl Serialize for AnyMethod {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        use crate::settings::Value;
        let name = ("name", Value::Text(self.name().into()));
        to.collect_map(std::iter::once(name).chain(Section::values(&*self.0)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::methods::DartsV2;

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
        let all = AnyMethod::all();
        assert_eq!(all.iter().map(AnyMethod::name).collect::<Vec<_>>(), expected);
        for method in all {
            assert_eq!(AnyMethod::named(method.name()).unwrap(), method);
        }
        let error = AnyMethod::named("darts-v3").unwrap_err();
        assert!(
            error.to_string().starts_with("unknown method \"darts-v3\", expected one of darts-v1, darts-v2")
        );
        assert!(error.hint().unwrap().starts_with("did you mean `darts-v"));
    }

    #[test]
    fn a_method_is_the_same_if_name_and_settings_are() {
        let method = |radius| AnyMethod::from(DartsV2 { radius });
        assert_eq!(method(0.01), AnyMethod::named("darts-v2").unwrap());
        assert_ne!(method(0.02), method(0.01));
        assert_eq!(method(0.02).downcast::<DartsV2>().unwrap().radius, 0.02);
        assert_eq!(serde_json::to_string(&method(0.02)).unwrap(), r#"{"name":"darts-v2","radius":0.02}"#);
    }
}
