//! The YAML that papers are written in: block mappings and lists, every text in double quotes.
//!
//! A text is quoted as in JSON, with every character escaped that YAML 1.1 or 1.2 would not give back as
//! it is; so the same text comes out of any parser of either, and of a JSON parser.

mod from;
mod scalar;

use scalar::{number, quoted};

use crate::numbers;

/// A value.
#[derive(Clone, Debug)]
pub(super) enum Yaml {
    /// A text, whatever it holds.
    Text(String),
    /// A number.
    Number(f64),
    /// A number that must not look smaller than it is: at most four decimals, rounded up.
    AtMost(f64),
    /// A whole number.
    Whole(u64),
    /// No value.
    Null,
    /// Values in order.
    List(Vec<Yaml>),
    /// Values with names.
    Map(Map),
}

/// Values with names, in order.
#[derive(Clone, Debug, Default)]
pub(super) struct Map(Vec<Entry>);

#[derive(Clone, Debug)]
struct Entry {
    key: &'static str,
    value: Yaml,
    comment: Option<&'static str>,
}

impl Map {
    /// With one value more.
    pub(super) fn with(mut self, key: &'static str, value: impl Into<Yaml>) -> Self {
        let value = value.into();
        self.0.push(Entry {
            key,
            value,
            comment: None,
        });
        self
    }

    /// With one value more if there is one.
    pub(super) fn with_some(self, key: &'static str, value: Option<impl Into<Yaml>>) -> Self {
        match value {
            Some(value) => self.with(key, value),
            None => self,
        }
    }

    /// With one value more, or with `empty` in its place and a comment beside it.
    pub(super) fn with_or(
        mut self,
        key: &'static str,
        value: Option<impl Into<Yaml>>,
        empty: impl Into<Yaml>,
        comment: &'static str,
    ) -> Self {
        let (value, comment) = match value {
            Some(value) => (value.into(), None),
            None => (empty.into(), Some(comment)),
        };
        self.0.push(Entry {
            key,
            value,
            comment,
        });
        self
    }

    /// The lines, with a final newline.
    pub(super) fn text(&self) -> String {
        let mut text = String::new();
        self.write(&mut text, 0);
        text
    }

    fn write(&self, text: &mut String, depth: usize) {
        for (index, entry) in self.0.iter().enumerate() {
            // The first entry of a map in a list stands behind the dash.
            if index > 0 || text.is_empty() || text.ends_with('\n') {
                text.extend(std::iter::repeat_n("  ", depth));
            }
            text.push_str(entry.key);
            text.push(':');
            entry.value.write(text, depth, entry.comment);
        }
    }
}

impl Yaml {
    /// Writes what stands behind a key, or behind the dash of a list.
    fn write(&self, text: &mut String, depth: usize, comment: Option<&str>) {
        let scalar = match self {
            Self::List(list) if !list.is_empty() => {
                end(text, comment);
                for value in list {
                    text.extend(std::iter::repeat_n("  ", depth));
                    text.push_str("  -");
                    match value {
                        Self::Map(map) if !map.0.is_empty() => {
                            text.push(' ');
                            map.write(text, depth + 2);
                        }
                        value => value.write(text, depth + 1, None),
                    }
                }
                return;
            }
            Self::Map(map) if !map.0.is_empty() => {
                end(text, comment);
                return map.write(text, depth + 1);
            }
            Self::List(_) => "[]".to_owned(),
            Self::Map(_) => "{}".to_owned(),
            Self::Text(value) => quoted(value),
            Self::Number(value) => number(*value),
            Self::AtMost(value) if value.is_finite() => numbers::epsilon(*value),
            Self::AtMost(value) => number(*value),
            Self::Whole(value) => value.to_string(),
            Self::Null => "null".to_owned(),
        };
        text.push(' ');
        text.push_str(&scalar);
        end(text, comment);
    }
}

fn end(text: &mut String, comment: Option<&str>) {
    if let Some(comment) = comment {
        text.push_str("  # ");
        text.push_str(comment);
    }
    text.push('\n');
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn maps_and_lists_are_indented() {
        let inner = Map::default().with("name", "a: #b").with(
            "list",
            vec![
                Yaml::Whole(1),
                Map::default().with("x", Yaml::Null).with("y", 2).into(),
            ],
        );
        let map = Map::default()
            .with("tags", vec!["x".into(), "y".into()])
            .with("outer", vec![inner.into()])
            .with_or("date", None::<String>, Yaml::Null, "fill in")
            .with("none", Vec::new());
        assert_eq!(
            map.text(),
            "tags:\n  - \"x\"\n  - \"y\"\nouter:\n  - name: \"a: #b\"\n    list:\n      - 1\n      - x: null\n        y: 2\ndate: null  # fill in\nnone: []\n"
        );
    }

    #[test]
    fn what_must_not_look_smaller_is_rounded_up() {
        let up = Map::default()
            .with("e", Yaml::AtMost(1.000_01))
            .with("f", Yaml::AtMost(f64::INFINITY));
        assert_eq!(up.text(), "e: 1.0001\nf: .inf\n");
    }
}
