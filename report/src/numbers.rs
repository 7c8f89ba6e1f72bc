//! Numbers as text. An epsilon is rounded so that it never looks better than it is.

/// An epsilon with at most four decimals, rounded up.
#[must_use]
pub fn epsilon(value: f64) -> String {
    if !value.is_finite() {
        return "infinity".into();
    }
    up(value, 1e4, 4)
}

/// A share as a percentage with two decimals.
#[must_use]
pub fn percent(share: f64) -> String {
    format!("{:.2} %", 100.0 * share)
}

/// A share that must not look smaller than it is, as a percentage with at most one decimal.
#[must_use]
pub fn at_most_percent(share: f64) -> String {
    format!("{} %", up((100.0 * share).min(100.0), 10.0, 1))
}

/// A number on an axis or in a hint: four significant digits, no zeros at the end.
#[must_use]
pub fn short(value: f64) -> String {
    if value == 0.0 || !value.is_finite() {
        return if value == 0.0 {
            "0".into()
        } else {
            value.to_string()
        };
    }
    let size = value.abs().log10().floor() as i32;
    if !(-4..7).contains(&size) {
        let text = format!("{value:.2e}");
        return match text.split_once('e') {
            Some((digits, power)) => format!("{}e{power}", trimmed(digits)),
            None => text,
        };
    }
    let decimals = (3 - size).max(0) as usize;
    trimmed(&format!("{value:.decimals$}")).to_string()
}

/// Bytes with a decimal prefix.
#[must_use]
pub fn bytes(count: u64) -> String {
    let value = count as f64;
    match count {
        0..1_000 => format!("{count} B"),
        1_000..1_000_000 => format!("{} kB", short(value / 1e3)),
        1_000_000..1_000_000_000 => format!("{} MB", short(value / 1e6)),
        _ => format!("{} GB", short(value / 1e9)),
    }
}

/// Seconds in the unit that suits them.
#[must_use]
pub fn seconds(value: f64) -> String {
    match value {
        ..0.0995 => format!("{} ms", short((value * 1e5).round() / 100.0)),
        ..120.0 => format!("{value:.1} s"),
        ..7200.0 => format!("{:.1} min", value / 60.0),
        _ => format!("{:.1} h", value / 3600.0),
    }
}

/// Rounds up to whole parts of `1 / parts`.
fn up(value: f64, parts: f64, decimals: usize) -> String {
    let mut digits = (value * parts).ceil();
    // The product is rounded: what is printed must not be below the value.
    if digits / parts < value {
        digits += 1.0;
    }
    trimmed(&format!("{:.decimals$}", digits / parts)).to_string()
}

fn trimmed(text: &str) -> &str {
    match text.contains('.') {
        true => text.trim_end_matches('0').trim_end_matches('.'),
        false => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn epsilon_is_rounded_up() {
        assert_eq!(epsilon(1.0), "1");
        assert_eq!(epsilon(1.000_01), "1.0001");
        assert_eq!(epsilon(0.999_999_9), "1");
        assert_eq!(epsilon(2.5), "2.5");
        assert_eq!(epsilon(f64::INFINITY), "infinity");
        assert_eq!(at_most_percent(0.0501), "5.1 %");
        assert_eq!(at_most_percent(1.1), "100 %");
    }

    #[test]
    fn numbers_are_short() {
        assert_eq!(short(0.0), "0");
        assert_eq!(short(1200.0), "1200");
        assert_eq!(short(0.125), "0.125");
        assert_eq!(short(-2.71859), "-2.719");
        assert_eq!(short(1e-5), "1e-5");
        assert_eq!(short(2.5e9), "2.5e9");
        assert_eq!(bytes(464_252_928), "464.3 MB");
        assert_eq!(seconds(0.000_125), "0.13 ms");
        assert_eq!(seconds(200.4), "3.3 min");
    }
}
