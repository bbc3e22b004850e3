//! The capabilities of a terminal.

/// The characters and colours that lines can use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Look {
    /// True if the terminal shows characters beyond ASCII.
    pub unicode: bool,
    /// True if colours are used.
    pub colour: bool,
}

impl Look {
    /// Returns the look of the terminal behind stderr. Respects `NO_COLOR`.
    pub fn of_stderr() -> Self {
        let variable = |name: &str| std::env::var(name).ok();
        Self { unicode: is_unicode(variable), colour: console::colors_enabled_stderr() }
    }
}

/// Reports whether the locale is UTF-8 and the terminal is not a dumb one.
fn is_unicode(variable: impl Fn(&str) -> Option<String>) -> bool {
    let locale =
        ["LC_ALL", "LC_CTYPE", "LANG"].into_iter().filter_map(&variable).find(|value| !value.is_empty());
    let locale = locale.unwrap_or_default().to_lowercase();
    let is_utf8 = locale.contains("utf-8") || locale.contains("utf8");
    is_utf8 && variable("TERM").as_deref() != Some("dumb")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_locale_that_is_set_decides_unless_the_terminal_is_dumb() {
        let with = |variables: &[(&str, &str)]| {
            let value = |name: &str| {
                variables.iter().find(|(variable, _)| *variable == name).map(|(_, value)| (*value).to_owned())
            };
            is_unicode(value)
        };
        assert!(with(&[("LANG", "de_DE.UTF-8"), ("TERM", "xterm")]));
        assert!(with(&[("LC_ALL", ""), ("LC_CTYPE", "C.utf8"), ("LANG", "C")]));
        assert!(!with(&[("LC_ALL", "C"), ("LANG", "en_US.UTF-8")]));
        assert!(!with(&[("LANG", "en_US.ISO-8859-1")]));
        assert!(!with(&[("LANG", "en_US.UTF-8"), ("TERM", "dumb")]));
        assert!(!with(&[]));
    }
}
