//! Settings that were checked.

use super::{InvalidSettings, Section};
use std::ops::Deref;

/// Settings whose values are known to be in their ranges, or a reference to such settings.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Checked<T>(T);

impl<'a, T: Section + ?Sized> Checked<&'a T> {
    /// Checks a section.
    ///
    /// # Errors
    /// Returns the first value out of its range, with its key.
    pub fn of(section: &'a T) -> Result<Self, InvalidSettings> {
        section.validate()?;
        Ok(Self(section))
    }
}

impl<T> Checked<T> {
    /// Checks settings by their own rule.
    ///
    /// # Errors
    /// Returns what `rule` returns.
    pub fn by(settings: T, rule: fn(&T) -> Result<(), InvalidSettings>) -> Result<Self, InvalidSettings> {
        rule(&settings)?;
        Ok(Self(settings))
    }

    /// Returns a part of what was checked.
    pub fn part<U: ?Sized>(&self, pick: fn(&T) -> &U) -> Checked<&U> {
        Checked(pick(&self.0))
    }

    /// Returns the settings, which may be changed and then have to be checked again.
    pub fn into_inner(self) -> T {
        self.0
    }
}

impl<T> Deref for Checked<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}
