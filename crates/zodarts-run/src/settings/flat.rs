//! Keys of earlier versions: up to format 2 of a run folder, the settings of all methods stood in `[search]`.

use toml::{Table, Value};

const ZO: &[&str] = &["zo-darts", "zo-darts-plus"];
const WIDE: &[&str] = &["zo-darts-wide"];
const UNROLLED: &[&str] = &["darts-unrolled"];
const ANNEALED: &[&str] = &["zo-darts-plus", "zo-darts-wide", "darts-unrolled"];

/// Key in `[search]`, the methods that read it, and their key now.
const KEYS: [(&str, &[&str], &str); 18] = [
    ("temperature", ANNEALED, "temperature"),
    ("anneal_factor", ANNEALED, "anneal_factor"),
    ("anneal_every", ANNEALED, "anneal_every"),
    ("zo_steps", ZO, "steps"),
    ("mu", ZO, "mu"),
    ("mu_scale", ZO, "mu_scale"),
    ("difference", ZO, "difference"),
    ("perturbed_chain", ZO, "perturbed_chain"),
    ("wide_steps", WIDE, "steps"),
    ("wide_batches", WIDE, "validation_batches"),
    ("directions", WIDE, "directions"),
    ("antithetic", WIDE, "antithetic"),
    ("smoothing", WIDE, "smoothing"),
    ("unrolled_steps", UNROLLED, "steps"),
    ("unrolled_batches", UNROLLED, "validation_batches"),
    ("unrolled_radius", UNROLLED, "radius"),
    ("milenas_lambda", &["milenas"], "lambda"),
    ("darts_radius", &["darts-v2"], "radius"),
];

/// Returns the key of today for one that stood in `[search]`, if it has moved.
pub fn moved(key: &str) -> Option<String> {
    if key == "method" {
        return Some("method.name".into());
    }
    KEYS.iter().find(|(old, ..)| *old == key).map(|(.., new)| format!("method.{new}"))
}

/// Rewrites a configuration of an earlier version: a method's settings go to the section of its name. Returns
/// what was found and how it is written now, such as `search.zo_steps` and `method.steps`.
pub fn upgrade(table: &mut Table) -> Vec<(String, String)> {
    let Some(Value::Table(mut search)) = table.remove("search") else { return Vec::new() };
    let mut found = Vec::new();
    let mut note = |key: &str| found.extend(moved(key).map(|new| (format!("search.{key}"), new)));
    if let Some(name) = search.remove("method") {
        put(table, "method", "name", &name);
        note("method");
    }
    for (old, methods, new) in KEYS {
        if let Some(value) = search.remove(old) {
            for method in methods {
                put(table, method, new, &value);
            }
            note(old);
        }
    }
    table.insert("search".into(), Value::Table(search));
    found
}

/// Completes the configuration of a run that an earlier version began: it cut copies apart, and kept the
/// channels of images that show grey.
pub fn upgrade_run(table: &mut Table) {
    put(table, "data", "alike", &Value::String("apart".into()));
    put(table, "data", "channels", &Value::String("stored".into()));
}

fn put(table: &mut Table, section: &str, key: &str, value: &Value) {
    let section = table.entry(section).or_insert_with(|| Value::Table(Table::new()));
    if let Value::Table(section) = section {
        section.entry(key).or_insert_with(|| value.clone());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::Settings;
    use zodarts_nas::methods::{DartsV2, ZoDarts, ZoDartsWide};

    fn read(text: &str) -> (Settings, Vec<(String, String)>) {
        let mut table: Table = text.parse().unwrap();
        let found = upgrade(&mut table);
        (Settings::from_table(&table).unwrap(), found)
    }

    #[test]
    fn a_method_gets_what_it_read_and_the_rest_is_not_there_to_differ() {
        let (settings, found) =
            read("[search]\nmethod = \"darts-v2\"\ndarts_radius = 0.5\nmu = 7.0\nepochs = 3");
        assert_eq!(settings.method, DartsV2 { radius: 0.5 }.into());
        assert_eq!(settings.search.epochs, 3);
        let expected = [
            ("search.method", "method.name"),
            ("search.mu", "method.mu"),
            ("search.darts_radius", "method.radius"),
        ];
        assert_eq!(found, expected.map(|(old, new)| (old.to_owned(), new.to_owned())));
        assert_eq!(read("[search]\nmethod = \"darts-v2\"\ndarts_radius = 0.5").0.method, settings.method);
    }

    #[test]
    fn every_key_of_before_has_a_place() {
        let (settings, _) =
            read("[search]\nmethod = \"zo-darts\"\nzo_steps = 3\nmu = 0.005\nmu_scale = \"relative\"");
        let zo = settings.method.downcast::<ZoDarts>().unwrap();
        assert_eq!((zo.steps, zo.mu), (3, 0.005));
        let text =
            "[search]\nmethod = \"zo-darts-wide\"\nwide_batches = 2\nantithetic = false\nanneal_every = 9";
        let (settings, _) = read(text);
        let wide = settings.method.downcast::<ZoDartsWide>().unwrap();
        assert_eq!((wide.validation_batches, wide.antithetic, wide.annealing.anneal_every), (2, false, 9));
        for (old, methods, new) in KEYS {
            for method in methods {
                let method = zodarts_nas::methods::AnyMethod::named(method).unwrap();
                assert!(method.settings().iter().any(|setting| setting.key == new), "{old}");
            }
        }
    }

    #[test]
    fn a_table_of_today_stays_as_it_is() {
        let table: Table = "[method]\nname = \"darts-v2\"\n[search]\nepochs = 3".parse().unwrap();
        let mut read = table.clone();
        assert!(upgrade(&mut read).is_empty());
        assert_eq!(read, table);
    }
}
