//! Numbers as text for people to read.

/// Returns a duration, such as `3 min 20 s`.
pub fn duration(seconds: f64) -> String {
    let whole = seconds.round() as u64;
    match whole {
        0..10 => format!("{seconds:.1} s"),
        10..60 => format!("{whole} s"),
        60..3600 => format!("{} min {} s", whole / 60, whole % 60),
        _ => format!("{} h {} min", whole / 3600, whole % 3600 / 60),
    }
}

/// Returns a number of epochs, such as `1 epoch`.
pub fn epochs(count: usize) -> String {
    format!("{count} {}", if count == 1 { "epoch" } else { "epochs" })
}

/// Returns a count with three digits and its power of thousand, such as `40.1 M`.
pub fn count(value: u64) -> String {
    let units = [(1e9, "G"), (1e6, "M"), (1e3, "k")];
    let Some((factor, unit)) = units.into_iter().find(|(factor, _)| value as f64 >= *factor) else {
        return value.to_string();
    };
    let scaled = value as f64 / factor;
    let decimals = if scaled < 10.0 { 2 } else { usize::from(scaled < 100.0) };
    format!("{scaled:.decimals$} {unit}")
}

/// Returns a share in percent, with a decimal if it needs one: `95 %`, `99.9 %`.
pub fn percent(share: f64) -> String {
    format!("{} %", (1000.0 * share).round() / 10.0)
}

/// Returns a share with its interval, if there is one: `0.667 [0.516, 0.790]`.
pub fn with_interval(share: f64, interval: Option<[f64; 2]>) -> String {
    let interval = interval.map_or_else(String::new, |[low, high]| format!(" [{low:.3}, {high:.3}]"));
    format!("{share:.3}{interval}")
}

/// Returns a share with its interval, or `without` if there is no share.
pub fn share(share: Option<f64>, interval: Option<[f64; 2]>, without: &str) -> String {
    share.map_or_else(|| without.to_owned(), |share| with_interval(share, interval))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_have_the_unit_that_fits() {
        assert_eq!(duration(0.25), "0.2 s");
        assert_eq!(duration(59.6), "1 min 0 s");
        assert_eq!(duration(200.0), "3 min 20 s");
        assert_eq!(duration(7325.0), "2 h 2 min");
    }

    #[test]
    fn percentages_have_no_idle_decimal() {
        assert_eq!([0.95, 0.999, 1.0].map(percent), ["95 %", "99.9 %", "100 %"]);
    }

    #[test]
    fn counts_have_three_digits() {
        assert_eq!(count(999), "999");
        assert_eq!(count(1_234), "1.23 k");
        assert_eq!(count(40_123_456), "40.1 M");
        assert_eq!(count(380_000_000), "380 M");
        assert_eq!(count(1_810_000_000), "1.81 G");
    }
}
