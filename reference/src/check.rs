//! Whether a config has only keys that the reference has.

use toml::{Table, Value};

use crate::schema::{Key, Kind, Presence, Schema, Shape, TypeEntry, TypeId};

/// What in a file of the given type is not as the schema says: unknown keys and words, and required
/// keys that are missing, each by its dotted path.
#[must_use]
pub fn unknown_keys(schema: &Schema, root: TypeId, file: &Table) -> Vec<String> {
    let mut wrong = Vec::new();
    table(schema, root, file, "", &mut wrong);
    wrong
}

fn table(schema: &Schema, id: TypeId, found: &Table, path: &str, wrong: &mut Vec<String>) {
    let (keys, tag): (&[Key], _) = match schema.types.get(id).map(|entry| &entry.shape) {
        Some(Shape::Table(keys)) => (keys, None),
        Some(Shape::Tagged { tag, variants }) => {
            let word = found.get(tag).and_then(Value::as_str);
            match variants.iter().find(|variant| word == Some(&variant.name)) {
                Some(variant) => (&variant.keys, Some(tag)),
                None => return wrong.push(format!("{path}.{tag}")),
            }
        }
        _ => return wrong.push(path.to_owned()),
    };
    for (name, value) in found {
        let path = match path {
            "" => name.clone(),
            path => format!("{path}.{name}"),
        };
        match keys.iter().find(|key| key.name == *name) {
            Some(key) => self::value(schema, &key.kind, value, &path, wrong),
            None if tag == Some(name) => {}
            None => wrong.push(path),
        }
    }
    for key in keys {
        if key.presence == Presence::Required && !found.contains_key(&key.name) {
            wrong.push(format!("{path}.{} (missing)", key.name));
        }
    }
}

/// Keys that a sweep sets, whose values may be lists of values: only the keys are looked at.
fn settings(
    schema: &Schema,
    id: Option<TypeId>,
    found: &Table,
    path: &str,
    wrong: &mut Vec<String>,
) {
    let entry = id.and_then(|id| schema.types.get(id));
    for (name, value) in found {
        let path = format!("{path}.{name}");
        let is_tag =
            |entry: &TypeEntry| matches!(&entry.shape, Shape::Tagged { tag, .. } if tag == name);
        let mut keys = entry.into_iter().flat_map(TypeEntry::keys);
        match (keys.find(|key| key.name == *name), value) {
            (Some(key), Value::Table(below)) => {
                settings(schema, key.kind.type_id(), below, &path, wrong);
            }
            (Some(_), _) => {}
            (None, _) if entry.is_some_and(is_tag) => {}
            (None, _) => wrong.push(path),
        }
    }
}

fn value(schema: &Schema, kind: &Kind, found: &Value, path: &str, wrong: &mut Vec<String>) {
    let fits = match (kind, found) {
        (Kind::Text | Kind::Path, Value::String(_))
        | (Kind::Number, Value::Float(_) | Value::Integer(_))
        | (Kind::Boolean, Value::Boolean(_)) => true,
        (Kind::Settings, Value::Table(found)) => {
            let experiment = schema.roots.first().map(|(_, root)| *root);
            settings(schema, experiment, found, path, wrong);
            true
        }
        (Kind::Integer, Value::Integer(number)) => *number >= 0,
        (Kind::PositiveInteger, Value::Integer(number)) => *number >= 1,
        (Kind::List(of, length), Value::Array(elements)) => {
            for element in elements {
                value(schema, of, element, path, wrong);
            }
            length.is_none_or(|length| length == elements.len())
        }
        (Kind::Type(id), Value::Table(found)) => {
            table(schema, *id, found, path, wrong);
            true
        }
        (Kind::Type(id), Value::String(word)) => match schema.types.get(*id).map(|e| &e.shape) {
            Some(Shape::Choice(variants)) => variants.iter().any(|one| one.name == *word),
            _ => false,
        },
        _ => false,
    };
    if !fits {
        wrong.push(path.to_owned());
    }
}
