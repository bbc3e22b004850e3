//! The declaration of a setting, from which its field, default, range, key and help follow.

use super::{InvalidSettings, Range, SettingType, Value};
use std::any::Any;
use std::fmt::Debug;

#[doc(hidden)]
pub use serde;

/// The declaration of a setting.
#[derive(Clone, Debug, PartialEq)]
pub struct Setting {
    /// Section of the configuration file; empty for a setting above all sections.
    pub section: &'static str,
    /// Key in the section.
    pub key: &'static str,
    /// Documentation: one or two sentences.
    pub doc: &'static str,
    /// Default, if there is one.
    pub default: Option<Value>,
    /// The accepted values, in words.
    pub accepts: String,
    /// The accepted words, where they can be listed.
    pub words: Vec<String>,
    /// True if a bare word on the command line is a text, even if it looks like a number.
    pub text: bool,
}

impl Setting {
    /// Declares the setting `key` of a section with its default.
    pub fn new<T: SettingType>(
        (section, key): (&'static str, &'static str),
        doc: &'static str,
        default: &T,
        range: Range,
    ) -> Self {
        let (default, accepts, words) = (default.value(), T::accepts(range), T::words());
        Self { section, key, doc: doc.trim(), default, accepts, words, text: T::TEXT }
    }

    /// Returns the full name, `section.key`.
    pub fn path(&self) -> String {
        path(self.section, self.key)
    }
}

/// Returns `section.key`, or the key alone without a section.
pub fn path(section: &str, key: &str) -> String {
    if section.is_empty() { key.to_owned() } else { format!("{section}.{key}") }
}

/// Settings that were declared together with [`settings!`](crate::settings!), which implements this trait.
pub trait Section: Any + Debug + Send + Sync {
    /// Returns the declarations in order.
    fn settings(&self) -> Vec<Setting>;

    /// Returns the values that are set, with their keys.
    fn values(&self) -> Vec<(&'static str, Value)>;

    /// Sets one value. Returns `false` if there is no such key.
    ///
    /// # Errors
    /// Returns an error if the value does not have the setting's type.
    fn set(&mut self, key: &str, value: &Value) -> Result<bool, InvalidSettings>;

    /// Checks every value.
    ///
    /// # Errors
    /// Returns the first value that is out of range, with its key.
    fn validate(&self) -> Result<(), InvalidSettings>;
}

/// Reads the value of a setting, for [`settings!`](crate::settings!).
///
/// # Errors
/// Returns an error if the value does not have the setting's type.
#[doc(hidden)]
pub fn read<T: SettingType>(
    (section, key): (&'static str, &'static str),
    value: &Value,
    range: Range,
) -> Result<T, InvalidSettings> {
    T::read(value).ok_or_else(|| refused::<T>((section, key), value.to_string(), range))
}

/// Checks the value of a setting, for [`settings!`](crate::settings!).
///
/// # Errors
/// Returns an error if the value is out of range.
#[doc(hidden)]
pub fn check<T: SettingType>(
    (section, key): (&'static str, &'static str),
    value: &T,
    range: Range,
) -> Result<(), InvalidSettings> {
    if value.number().is_none_or(|number| range.holds(number)) {
        return Ok(());
    }
    let found = value.value().map_or_else(String::new, |value| value.to_string());
    Err(refused::<T>((section, key), found, range))
}

fn refused<T: SettingType>((section, key): (&str, &str), found: String, range: Range) -> InvalidSettings {
    InvalidSettings::OutOfRange { key: path(section, key), found, expected: T::accepts(range) }
}

/// Declares a struct of settings: each with its documentation, key, type, default and, for numbers, the
/// accepted [`Range`]. The struct gets public fields, `Default`, `Serialize` and [`Section`].
///
/// `..name: Type;` lines at the end include the settings of another struct under the same section.
/// `also path` names a function `fn(&Self) -> Result<(), InvalidSettings>` that checks values against each
/// other.
///
/// ```
/// use zodarts_nas::settings;
/// use zodarts_nas::settings::{Range, Section};
///
/// settings! {
///     /// Settings of a method of one's own.
///     pub struct Patient in "method" {
///         /// Rounds before the first step of α.
///         wait: usize = 3, Range::Within(0.0, 100.0);
///         /// Take steps of α with the sign of the gradient only.
///         sign: bool = false;
///     }
/// }
///
/// let settings = Patient::default();
/// assert_eq!(settings.wait, 3);
/// assert_eq!(settings.settings()[0].path(), "method.wait");
/// let error = Patient { wait: 101, sign: true }.validate().unwrap_err();
/// assert_eq!(error.to_string(), "`method.wait` is 101, expected 0 to 100");
/// ```
#[macro_export]
macro_rules! settings {
    (@range) => { $crate::settings::Range::Any };
    (@range $range:expr) => { $range };
    (
        $(#[$attribute:meta])*
        $visibility:vis struct $name:ident in $section:literal $(also $also:path)? {
            $($(#[doc = $doc:literal])+ $key:ident: $type:ty = $default:expr $(, $range:expr)?;)*
            $(..$part:ident: $shared:ty;)*
        }
    ) => {
        $(#[$attribute])*
        #[derive(Clone, Debug, PartialEq)]
        $visibility struct $name {
            $($(#[doc = $doc])+ pub $key: $type,)*
            $(#[doc = "Settings that it shares with others."] pub $part: $shared,)*
        }

        impl Default for $name {
            fn default() -> Self {
                Self { $($key: $default,)* $($part: <$shared>::default(),)* }
            }
        }

        #[allow(unused_mut, unused_variables)]
        impl $crate::settings::Section for $name {
            fn settings(&self) -> Vec<$crate::settings::Setting> {
                let default = Self::default();
                let mut found = vec![$($crate::settings::Setting::new(
                    ($section, stringify!($key)),
                    concat!($($doc),+),
                    &default.$key,
                    $crate::settings!(@range $($range)?),
                )),*];
                $(found.extend($crate::settings::Section::settings(&self.$part));)*
                found
            }

            fn values(&self) -> Vec<(&'static str, $crate::settings::Value)> {
                let mut found = Vec::new();
                $(if let Some(value) = $crate::settings::SettingType::value(&self.$key) {
                    found.push((stringify!($key), value));
                })*
                $(found.extend($crate::settings::Section::values(&self.$part));)*
                found
            }

            fn set(
                &mut self,
                key: &str,
                value: &$crate::settings::Value,
            ) -> Result<bool, $crate::settings::InvalidSettings> {
                $(if key == stringify!($key) {
                    let range = $crate::settings!(@range $($range)?);
                    self.$key = $crate::settings::read(($section, stringify!($key)), value, range)?;
                    return Ok(true);
                })*
                $(if $crate::settings::Section::set(&mut self.$part, key, value)? {
                    return Ok(true);
                })*
                Ok(false)
            }

            fn validate(&self) -> Result<(), $crate::settings::InvalidSettings> {
                $($crate::settings::check(
                    ($section, stringify!($key)),
                    &self.$key,
                    $crate::settings!(@range $($range)?),
                )?;)*
                $($crate::settings::Section::validate(&self.$part)?;)*
                $($also(self)?;)?
                Ok(())
            }
        }

        impl $crate::settings::serde::Serialize for $name {
            fn serialize<S: $crate::settings::serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
                to.collect_map($crate::settings::Section::values(self))
            }
        }
    };
}
