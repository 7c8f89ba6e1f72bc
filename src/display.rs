//! Numbers and names as text. An epsilon is rounded so that it never looks better than it is.

/// An epsilon with at most four decimals, rounded up.
pub(crate) fn epsilon(value: f64) -> String {
    if !value.is_finite() {
        return "infinity".into();
    }
    let mut digits = (value * 1e4).ceil();
    // The product is rounded: what is printed must not be below the value.
    if digits / 1e4 < value {
        digits += 1.0;
    }
    let text = format!("{:.4}", digits / 1e4);
    text.trim_end_matches('0').trim_end_matches('.').to_string()
}

/// A share as a percentage with two decimals.
pub(crate) fn percent(share: f64) -> String {
    format!("{:.2} %", 100.0 * share)
}

/// A name as a CSV field.
pub(crate) fn csv_field(name: &str) -> String {
    match name.contains(['"', ',', '\n', '\r']) {
        true => format!("\"{}\"", name.replace('"', "\"\"")),
        false => name.to_string(),
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
    }
}
