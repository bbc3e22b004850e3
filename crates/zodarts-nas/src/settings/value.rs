//! Values of settings in a configuration file or on the command line.

use super::{Auto, Range};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use std::fmt;
use zodarts_data::Window;

/// A value of a setting in a configuration file or on the command line.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Value {
    /// `true` or `false`.
    Switch(bool),
    /// A whole number.
    Whole(i64),
    /// Any other number.
    Number(f64),
    /// A word or a text.
    Text(String),
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Value::Switch(value) => value.fmt(f),
            Value::Whole(value) => value.fmt(f),
            Value::Number(value) => value.fmt(f),
            Value::Text(value) => value.fmt(f),
        }
    }
}

/// The type of a setting.
pub trait SettingType: Sized {
    /// True if a bare word on the command line is a text, even if it looks like a number.
    const TEXT: bool = false;

    /// Returns the setting that `value` represents, or `None` if it does not represent one.
    fn read(value: &Value) -> Option<Self>;

    /// Returns the value, or `None` if the setting is not set.
    fn value(&self) -> Option<Value>;

    /// Returns the accepted values in words, with `range` for numbers.
    fn accepts(range: Range) -> String;

    /// Returns the accepted words, where they can be listed.
    fn words() -> Vec<String> {
        Vec::new()
    }

    /// Returns the number that must lie in the range, if there is one.
    fn number(&self) -> Option<f64> {
        None
    }
}

/// A setting whose value is one word of a list.
pub trait Word: Copy + PartialEq + Serialize + DeserializeOwned + 'static {
    /// All choices.
    const ALL: &'static [Self];
}

fn word(choice: &impl Serialize) -> String {
    let value = serde_json::to_value(choice).unwrap_or_default();
    value.as_str().unwrap_or_default().to_owned()
}

impl<T: Word> SettingType for T {
    fn read(value: &Value) -> Option<Self> {
        let Value::Text(text) = value else { return None };
        T::ALL.iter().find(|choice| word(*choice) == *text).copied()
    }

    fn value(&self) -> Option<Value> {
        Some(Value::Text(word(self)))
    }

    fn accepts(_: Range) -> String {
        let words: Vec<String> = Self::words().iter().map(|word| format!("`{word}`")).collect();
        format!("one of {}", words.join(", "))
    }

    fn words() -> Vec<String> {
        T::ALL.iter().map(word).collect()
    }
}

impl SettingType for bool {
    fn read(value: &Value) -> Option<Self> {
        if let Value::Switch(value) = value { Some(*value) } else { None }
    }

    fn value(&self) -> Option<Value> {
        Some(Value::Switch(*self))
    }

    fn accepts(_: Range) -> String {
        "`true` or `false`".into()
    }

    fn words() -> Vec<String> {
        vec!["true".into(), "false".into()]
    }
}

impl SettingType for f64 {
    fn read(value: &Value) -> Option<Self> {
        match value {
            Value::Number(value) => Some(*value),
            Value::Whole(value) => Some(*value as f64),
            Value::Switch(_) | Value::Text(_) => None,
        }
    }

    fn value(&self) -> Option<Value> {
        Some(Value::Number(*self))
    }

    fn accepts(range: Range) -> String {
        range.to_string()
    }

    fn number(&self) -> Option<f64> {
        Some(*self)
    }
}

impl SettingType for usize {
    fn read(value: &Value) -> Option<Self> {
        if let Value::Whole(value) = value { usize::try_from(*value).ok() } else { None }
    }

    fn value(&self) -> Option<Value> {
        Some(Value::Whole(i64::try_from(*self).unwrap_or(i64::MAX)))
    }

    fn accepts(range: Range) -> String {
        match range {
            Range::Any => "a whole number".into(),
            range => range.to_string().replace("a number", "a whole number"),
        }
    }

    fn number(&self) -> Option<f64> {
        Some(*self as f64)
    }
}

/// A seed, up to the largest integer of a configuration file.
impl SettingType for u64 {
    fn read(value: &Value) -> Option<Self> {
        if let Value::Whole(value) = value { u64::try_from(*value).ok() } else { None }
    }

    fn value(&self) -> Option<Value> {
        Some(i64::try_from(*self).map_or_else(|_| Value::Text(self.to_string()), Value::Whole))
    }

    fn accepts(_: Range) -> String {
        format!("0 to {}", i64::MAX)
    }

    fn number(&self) -> Option<f64> {
        Some(if i64::try_from(*self).is_ok() { *self as f64 } else { f64::INFINITY })
    }
}

impl SettingType for Auto {
    fn read(value: &Value) -> Option<Self> {
        match value {
            Value::Text(text) => text.parse().ok(),
            value => usize::read(value).map(Auto::Fixed),
        }
    }

    fn value(&self) -> Option<Value> {
        match self {
            Auto::Auto => Some(Value::Text("auto".into())),
            Auto::Fixed(value) => value.value(),
        }
    }

    fn accepts(range: Range) -> String {
        format!("`auto` or {}", usize::accepts(range))
    }

    fn number(&self) -> Option<f64> {
        if let Auto::Fixed(value) = self { value.number() } else { None }
    }
}

/// A text. A number or a switch is taken as its text.
impl SettingType for String {
    const TEXT: bool = true;

    fn read(value: &Value) -> Option<Self> {
        Some(value.to_string())
    }

    fn value(&self) -> Option<Value> {
        Some(Value::Text(self.clone()))
    }

    fn accepts(_: Range) -> String {
        "a text".into()
    }
}

impl SettingType for Window {
    const TEXT: bool = true;

    fn read(value: &Value) -> Option<Self> {
        if let Value::Text(text) = value { text.parse().ok() } else { None }
    }

    fn value(&self) -> Option<Value> {
        Some(Value::Text(self.to_string()))
    }

    fn accepts(_: Range) -> String {
        "CENTRE,WIDTH with a width above 0, such as 40,400".into()
    }
}

/// A setting that may be left unset.
impl<T: SettingType> SettingType for Option<T> {
    const TEXT: bool = T::TEXT;

    fn read(value: &Value) -> Option<Self> {
        T::read(value).map(Some)
    }

    fn value(&self) -> Option<Value> {
        self.as_ref().and_then(T::value)
    }

    fn accepts(range: Range) -> String {
        T::accepts(range)
    }

    fn words() -> Vec<String> {
        T::words()
    }

    fn number(&self) -> Option<f64> {
        self.as_ref().and_then(T::number)
    }
}
