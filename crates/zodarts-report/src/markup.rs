//! Text that is HTML already.

use askama::Template;
use askama::filters::HtmlSafe;
use std::fmt::{self, Write};

/// HTML that was made here, of escaped parts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Markup(pub String);

impl Markup {
    /// The HTML of a template.
    ///
    /// # Panics
    /// Never: templates are filled with plain values, in memory.
    pub fn of(template: &impl Template) -> Self {
        Self(template.render().expect("writing to a string does not fail"))
    }
}

impl fmt::Display for Markup {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl HtmlSafe for Markup {}

/// Text made safe to stand in HTML, in an element or an attribute.
pub fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' | '<' | '>' | '"' | '\'' => write!(out, "&#{};", u32::from(c)).expect("memory"),
            _ => out.push(c),
        }
    }
    out
}

/// A value as JSON that can stand in a `script` element: no character in it ends the element.
///
/// # Panics
/// Never, for plain values.
pub fn embedded(value: &impl serde::Serialize) -> String {
    serde_json::to_string(value).expect("plain values have a form in JSON").replace('<', "\\u003c")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_gets_out_of_its_place() {
        assert_eq!(escaped("<b a='1'>&\""), "&#60;b a=&#39;1&#39;&#62;&#38;&#34;");
        let json = embedded(&"</script><!--");
        assert!(!json.contains('<'));
        assert_eq!(serde_json::from_str::<String>(&json).unwrap(), "</script><!--");
    }
}
