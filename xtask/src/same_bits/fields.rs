//! Fields and columns by name: those that are not compared, and those that have another name than in 8f9ca18.

/// Never compared: versions, settings (whose form is another, and whose effect is what is compared), and
/// threads, on which seconds depend and nothing else. Neither is a field whose name holds `seconds`. In
/// 8f9ca18
/// `live_operations` is of the chain that was computed last; with several chains that depends on the threads.
const ASIDE: [&str; 5] = ["version", "settings", "search", "threads", "live_operations"];

/// Written by this version and not by 8f9ca18.
const ADDED: &[&str] = &[];

/// Named otherwise by 8f9ca18: (its name, today's name). Tensors of a checkpoint are renamed by it, too.
const RENAMED: &[(&str, &str)] = &[];

/// Returns the name under which a field is compared, or `None` if it is not.
pub fn name(field: &str) -> Option<String> {
    let aside = field.contains("seconds") || ASIDE.contains(&field) || ADDED.contains(&field);
    (!aside).then(|| renamed(field))
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
    fn times_are_not_compared() {
        assert_eq!(name("train_seconds"), None);
        assert_eq!(name("version"), None);
        assert_eq!(name("val_acc").as_deref(), Some("val_acc"));
    }
}
