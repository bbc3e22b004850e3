//! Settings that have been checked.

use super::{InvalidSettings, Section};
use std::ops::Deref;

/// Settings whose values are known to be in range, or a reference to such settings.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Checked<T>(T);

impl<'a, T: Section + ?Sized> Checked<&'a T> {
    /// Checks a section.
    ///
    /// # Errors
    /// Returns the first value that is out of range, with its key.
    pub fn of(section: &'a T) -> Result<Self, InvalidSettings> {
        section.validate()?;
        Ok(Self(section))
    }
}

impl<T> Checked<T> {
    /// Checks settings by a rule of their own.
    ///
    /// # Errors
    /// Returns the error of `rule`.
    pub fn by(settings: T, rule: fn(&T) -> Result<(), InvalidSettings>) -> Result<Self, InvalidSettings> {
        rule(&settings)?;
        Ok(Self(settings))
    }

    /// Returns a part of the checked settings.
    pub fn part<U: ?Sized>(&self, pick: fn(&T) -> &U) -> Checked<&U> {
        Checked(pick(&self.0))
    }

    /// Returns the settings. If they are changed, they have to be checked again.
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
