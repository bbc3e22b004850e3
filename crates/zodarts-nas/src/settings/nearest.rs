//! Suggestions for mistyped names.

/// Least similarity of a name that is suggested.
const LIKE: f64 = 0.7;

/// Returns the known name that is most similar to `found`, or `None` if none is similar.
pub fn nearest<'a>(found: &str, known: &[&'a str]) -> Option<&'a str> {
    let likeness = |name: &&str| strsim::jaro_winkler(found, name);
    let best = known.iter().copied().max_by(|a, b| likeness(a).total_cmp(&likeness(b)))?;
    (likeness(&best) >= LIKE).then_some(best)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_is_recognised_and_nonsense_is_not() {
        let known = ["radius", "steps", "validation_batches"];
        assert_eq!(nearest("radios", &known), Some("radius"));
        assert_eq!(nearest("batches", &known), None);
        assert_eq!(nearest("xyz", &known), None);
        assert_eq!(nearest("radius", &[]), None);
    }
}
