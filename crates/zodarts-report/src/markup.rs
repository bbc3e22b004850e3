//! Strings of HTML, and escaping.

use askama::Template;
use askama::filters::HtmlSafe;
use std::fmt::{self, Write};

/// HTML whose parts are already escaped.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Markup(pub String);

impl Markup {
    /// Returns the HTML of a template.
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

/// Returns text escaped for an element or an attribute of HTML.
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

/// Returns a value as JSON for a `script` element: `<` is escaped, so that nothing in it ends the element.
pub fn embedded(value: &impl serde::Serialize) -> String {
    serde_json::to_string(value).expect("plain values have a form in JSON").replace('<', "\\u003c")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_and_json_are_escaped() {
        assert_eq!(escaped("<b a='1'>&\""), "&#60;b a=&#39;1&#39;&#62;&#38;&#34;");
        let json = embedded(&"</script><!--");
        assert!(!json.contains('<'));
        assert_eq!(serde_json::from_str::<String>(&json).unwrap(), "</script><!--");
    }
}
