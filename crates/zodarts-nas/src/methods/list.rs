//! The list of search methods.

use super::{DartsUnrolled, DartsV1, DartsV2, Milenas, SearchMethod, ZoDarts, ZoDartsPlus, ZoDartsWide};
use crate::bilevel::BilevelProblem;

/// Returns every method with its default settings. A new method needs one line here.
pub fn all<P: BilevelProblem>() -> Vec<Box<dyn SearchMethod<P>>> {
    vec![
        Box::new(DartsV1::default()),
        Box::new(DartsV2::default()),
        Box::new(Milenas::default()),
        Box::new(ZoDarts::default()),
        Box::new(ZoDartsPlus::default()),
        Box::new(ZoDartsWide::default()),
        Box::new(DartsUnrolled::default()),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::SupernetProblem;
    use crate::normaliser::{Annealing, Normaliser};
    use crate::settings::Setting;

    fn methods() -> Vec<Box<dyn SearchMethod<SupernetProblem>>> {
        all()
    }

    #[test]
    fn only_zo_darts_plus_and_ours_are_sparse_and_annealed() {
        for method in methods() {
            let name = method.card().name;
            let sparse = ["zo-darts-plus", "zo-darts-wide", "darts-unrolled"].contains(&name);
            assert_eq!(method.card().normaliser == Normaliser::Sparsemax, sparse, "{name}");
            assert_eq!(method.annealing() != Annealing::constant(1.0), sparse, "{name}");
        }
    }

    /// Returns the methods that have a setting with this key.
    fn readers(key: &str) -> Vec<&'static str> {
        let path = format!("method.{key}");
        let reads = |settings: &[Setting]| settings.iter().any(|setting| setting.path() == path);
        let methods = methods().into_iter().filter(|method| reads(&method.settings()));
        methods.map(|method| method.card().name).collect()
    }

    #[test]
    fn a_method_has_the_settings_it_reads_and_no_others() {
        assert_eq!(readers("mu"), ["zo-darts", "zo-darts-plus"]);
        assert_eq!(readers("steps"), ["zo-darts", "zo-darts-plus", "zo-darts-wide", "darts-unrolled"]);
        assert_eq!(readers("smoothing"), ["zo-darts-wide"]);
        assert_eq!(readers("lambda"), ["milenas"]);
        assert_eq!(readers("radius"), ["darts-v2", "darts-unrolled"]);
        assert_eq!(readers("validation_batches"), ["zo-darts-wide", "darts-unrolled"]);
        assert_eq!(readers("anneal_every"), ["zo-darts-plus", "zo-darts-wide", "darts-unrolled"]);
    }

    #[test]
    fn every_setting_of_a_method_changes_its_values_and_nonsense_is_refused_by_name() {
        for (number, method) in methods().iter().enumerate() {
            for setting in method.settings() {
                let mut changed = methods().remove(number);
                let value = match &setting.default {
                    Some(crate::settings::Value::Switch(on)) => crate::settings::Value::Switch(!on),
                    Some(crate::settings::Value::Text(_)) => {
                        crate::settings::Value::Text(setting.words.last().unwrap().clone())
                    }
                    Some(crate::settings::Value::Whole(_)) => crate::settings::Value::Whole(-1),
                    _ => crate::settings::Value::Number(-1.0),
                };
                let set = changed.set(setting.key, &value).and_then(|_| changed.validate());
                if matches!(value, crate::settings::Value::Whole(_) | crate::settings::Value::Number(_)) {
                    let message = set.unwrap_err().to_string();
                    assert!(
                        message.starts_with(&format!("`{}` is -1, expected", setting.path())),
                        "{message}"
                    );
                } else {
                    set.unwrap();
                    assert_ne!(changed.values(), method.values(), "{}", setting.key);
                }
            }
        }
    }
}
