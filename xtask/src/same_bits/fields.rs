//! Fields and columns by name: those that are not compared, and those that have another name than in 8f9ca18.

/// Never compared: versions, settings (whose form is another, and whose effect is what is compared),
/// threads, on which seconds depend and nothing else, and intervals and thresholds, which are chosen
/// otherwise now. Neither is a field whose name holds `seconds`. In 8f9ca18 `live_operations` is of the
/// chain that was computed last; with several chains that depends on the threads.
const ASIDE: [&str; 12] = [
    "version",
    "settings",
    "search",
    "threads",
    "live_operations",
    "acc_ci95",
    "auc_ci95",
    "acc_low",
    "acc_high",
    "auc_low",
    "auc_high",
    "at_threshold",
];

/// Written by this version and not by 8f9ca18.
const ADDED: &[&str] = &[
    "majority_acc",
    "balanced_acc",
    "ppv",
    "npv",
    "ci95",
    "ranking",
    "decided",
    "applied",
    "flagged",
    "slices",
];

/// Named otherwise by 8f9ca18: (its name, today's name). Tensors of a checkpoint are renamed by it, too.
const RENAMED: &[(&str, &str)] = &[];

/// Returns the name under which a field is compared, or `None` if it is not.
pub fn name(field: &str) -> Option<String> {
    let aside = field.contains("seconds") || ASIDE.contains(&field) || ADDED.contains(&field);
    (!aside).then(|| renamed(field))
}

/// Paths that this version writes and 8f9ca18 did not: a study names its method and its steps, and an
/// estimator that looks one step ahead holds its method's settings beside its name.
const ADDED_PATHS: [&str; 4] = ["0000.method", "0000.steps", ".stepwise.radius", ".stepwise.lambda"];

/// Returns the path under which a value is compared, or `None` if it is not.
pub fn path(path: &str) -> Option<String> {
    let added = ADDED_PATHS.iter().any(|added| match added.strip_prefix('.') {
        Some(_) => path.ends_with(added),
        None => path == *added,
    });
    (!added)
        .then(|| path.strip_suffix(".stepwise.name").map_or(path.to_owned(), |row| format!("{row}.stepwise")))
}

/// Returns the name that 8f9ca18 has for a field or tensor.
pub fn renamed(field: &str) -> String {
    let then = RENAMED.iter().find(|(_, now)| *now == field).map(|(then, _)| *then);
    then.unwrap_or(field).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_method_is_compared_by_its_name() {
        assert_eq!(path("0000.rows.0001.stepwise.name").as_deref(), Some("0000.rows.0001.stepwise"));
        assert_eq!(path("0000.rows.0001.stepwise.radius"), None);
        assert_eq!((path("0000.steps"), path("0000.rows.steps")), (None, Some("0000.rows.steps".into())));
    }

    #[test]
    fn times_are_not_compared() {
        assert_eq!(name("train_seconds"), None);
        assert_eq!(name("version"), None);
        assert_eq!(name("val_acc").as_deref(), Some("val_acc"));
    }
}
