//! A parser of the YAML that papers are written in, strict enough to find what they must not hold.

use serde_json::{Map, Value};

/// The value of a document of block mappings, block lists and scalars as in JSON.
pub(super) fn parse(text: &str) -> Value {
    let lines: Vec<(usize, String)> = text
        .lines()
        .filter(|line| !line.trim_start().starts_with('#') && !line.trim().is_empty())
        .map(|line| {
            (
                line.len() - line.trim_start().len(),
                line.trim_start().to_owned(),
            )
        })
        .collect();
    let mut lines = lines.into_iter().peekable();
    let mut rest: Vec<(usize, String)> = Vec::new();
    rest.extend(&mut lines);
    rest.reverse();
    let value = block(&mut rest, 0);
    assert!(rest.is_empty(), "left over: {rest:?}");
    value
}

/// The mapping or list at an indentation; the next line is the last of `rest`.
fn block(rest: &mut Vec<(usize, String)>, indent: usize) -> Value {
    let mut map = Map::new();
    let mut list = Vec::new();
    while let Some((depth, line)) = rest.last().cloned() {
        if depth < indent {
            break;
        }
        assert_eq!(depth, indent, "indentation of {line}");
        rest.pop();
        match line.strip_prefix("- ") {
            Some(item) if starts_with_key(item) => {
                // The first key of a mapping stands behind the dash.
                rest.push((indent + 2, item.to_owned()));
                list.push(block(rest, indent + 2));
            }
            Some(item) => list.push(scalar(item)),
            None => {
                let (key, value) = line
                    .split_once(':')
                    .unwrap_or_else(|| panic!("no key in {line}"));
                let value = match value.trim_start() {
                    value if value.is_empty() || value.starts_with('#') => {
                        let below = rest.last().expect("a value below").0;
                        assert!(below > indent, "nothing below {key}");
                        block(rest, below)
                    }
                    value => scalar(value),
                };
                assert!(map.insert(key.to_owned(), value).is_none(), "{key} twice");
            }
        }
    }
    assert!(map.is_empty() != list.is_empty(), "a mapping or a list");
    if list.is_empty() {
        Value::Object(map)
    } else {
        Value::Array(list)
    }
}

fn starts_with_key(item: &str) -> bool {
    let key = item.split(':').next().unwrap_or_default();
    item.contains(':')
        && key
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || "_-".contains(c))
}

/// One JSON value, and nothing but a comment behind it.
fn scalar(text: &str) -> Value {
    let mut values = serde_json::Deserializer::from_str(text).into_iter::<Value>();
    let value = values
        .next()
        .unwrap()
        .unwrap_or_else(|error| panic!("{text}: {error}"));
    let behind = text.get(values.byte_offset()..).unwrap_or_default();
    assert!(behind.is_empty() || behind.starts_with("  # "), "{text}");
    value
}
