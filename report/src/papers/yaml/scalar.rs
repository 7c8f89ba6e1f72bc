//! Numbers and texts.

use std::fmt::Write;

/// A number as YAML 1.1 knows it, which takes `1e-5` for a text.
pub(super) fn number(value: f64) -> String {
    if value.is_nan() {
        return ".nan".into();
    }
    if value.is_infinite() {
        return if value > 0.0 { ".inf" } else { "-.inf" }.into();
    }
    if value == 0.0 || (1e-4..1e15).contains(&value.abs()) {
        return value.to_string();
    }
    let text = format!("{value:e}");
    let (digits, power) = text.split_once('e').unwrap_or((&text, "0"));
    let digits = match digits.contains('.') {
        true => digits.to_owned(),
        false => format!("{digits}.0"),
    };
    match power.starts_with('-') {
        true => format!("{digits}e{power}"),
        false => format!("{digits}e+{power}"),
    }
}

/// A text in double quotes.
pub(super) fn quoted(value: &str) -> String {
    let mut text = String::from("\"");
    for c in value.chars() {
        match c {
            '"' | '\\' => text.extend(['\\', c]),
            '\n' => text.push_str("\\n"),
            '\t' => text.push_str("\\t"),
            ' '..='~' => text.push(c),
            // Controls, breaks of lines, and what is no character: parsers fold or refuse them.
            '\0'..='\u{9f}' | '\u{2028}' | '\u{2029}' | '\u{feff}' | '\u{fffe}' | '\u{ffff}' => {
                // Writing to a string cannot fail.
                let _ = write!(text, "\\u{:04x}", u32::from(c));
            }
            c => text.push(c),
        }
    }
    text.push('"');
    text
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn numbers_are_those_of_yaml_1_1() {
        for (value, text) in [
            (1e-5, "1.0e-5"),
            (1.5e-7, "1.5e-7"),
            (0.25, "0.25"),
            (3.0, "3"),
            (2e20, "2.0e+20"),
            (f64::INFINITY, ".inf"),
        ] {
            assert_eq!(number(value), text);
        }
    }

    #[test]
    fn what_parsers_fold_or_refuse_is_escaped() {
        for (text, text_in_quotes) in [
            ("a\u{2028}b\u{2029}\u{85}", r#""a\u2028b\u2029\u0085""#),
            (
                "\u{feff}\u{ffff}\u{7f}\u{0}",
                r#""\ufeff\uffff\u007f\u0000""#,
            ),
            ("\r\n\t\\\"'", r#""\u000d\n\t\\\"'""#),
            ("ü€𝄞", "\"ü€𝄞\""),
            ("--- # null", "\"--- # null\""),
        ] {
            assert_eq!(quoted(text), text_in_quotes);
        }
    }

    proptest! {
        #[test]
        fn every_text_comes_back(text in any::<String>()) {
            let quoted = quoted(&text);
            prop_assert_eq!(serde_json::from_str::<String>(&quoted).unwrap(), text);
            let broken = quoted.contains(['\n', '\r', '\u{85}', '\u{2028}']);
            prop_assert!(!broken, "a break in a quoted text");
        }
    }
}
