//! A record: every field of the form by its name.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, Visitor};

use super::kinds::unlike;
use super::scalar::{Category, Number};
use super::{Place, Reader, nearest};
use crate::{Field, FieldKind};

/// Reads one record into texts in the order of the form.
pub(super) struct Record<'a> {
    pub(super) reader: &'a Reader<'a>,
    pub(super) fields: &'a [Field],
    pub(super) row: usize,
}

impl<'a> Record<'a> {
    fn place(&self) -> Place<'a> {
        Place::Row(self.reader.form.rows_key(), self.row)
    }

    fn unlike<E: Error>(&self, found: &str) -> E {
        let why = format!("is {found} where an object of fields by name is needed");
        self.reader.refuse(self.place(), &why)
    }

    /// Refuses a record without some of its fields.
    fn whole<E: Error>(&self, values: Vec<Option<String>>) -> Result<Vec<String>, E> {
        let missing = self.fields.iter().zip(&values);
        let missing: Vec<&str> = missing
            .filter(|(_, value)| value.is_none())
            .map(|(field, _)| field.name.as_str())
            .collect();
        match missing.is_empty() {
            true => Ok(values.into_iter().flatten().collect()),
            false => {
                let list = missing.join("`, `");
                let why = format!("lacks `{list}`: a record has a value for every field");
                Err(self.reader.refuse(self.place(), &why))
            }
        }
    }
}

impl<'de> DeserializeSeed<'de> for Record<'_> {
    type Value = Vec<String>;
    fn deserialize<D: Deserializer<'de>>(self, json: D) -> Result<Self::Value, D::Error> {
        json.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Record<'_> {
    type Value = Vec<String>;
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object of fields")
    }
    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut values = vec![None; self.fields.len()];
        let mut expected = 0;
        while let Some(position) = map.next_key_seed(FieldName {
            record: &self,
            expected,
        })? {
            let (Some(field), Some(value)) = (self.fields.get(position), values.get_mut(position))
            else {
                return Err(self.unlike("an object with a field too many"));
            };
            let place = Place::Field(self.reader.form.rows_key(), self.row, &field.name);
            if value.is_some() {
                return Err(self
                    .reader
                    .refuse(place, "is given twice: keep one of the two"));
            }
            let text = match &field.kind {
                FieldKind::Number { min, max } => {
                    let number = map.next_value_seed(Number(self.reader, place))?;
                    number.clamp(*min, *max).to_string()
                }
                FieldKind::Category { values } => {
                    let position = map.next_value_seed(Category(self.reader, place, values))?;
                    values.get(position).cloned().unwrap_or_default()
                }
            };
            *value = Some(text);
            expected = position + 1;
        }
        self.whole(values)
    }
    unlike!(boolean number string null array);
}

/// Reads a key of a record: the position of the field that it names.
struct FieldName<'a> {
    record: &'a Record<'a>,
    /// Looked at first: fields mostly come in the form's order.
    expected: usize,
}

impl<'de> DeserializeSeed<'de> for FieldName<'_> {
    type Value = usize;
    fn deserialize<D: Deserializer<'de>>(self, json: D) -> Result<usize, D::Error> {
        json.deserialize_str(self)
    }
}

impl Visitor<'_> for FieldName<'_> {
    type Value = usize;
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the name of a field")
    }
    fn visit_str<E: Error>(self, name: &str) -> Result<usize, E> {
        let Record { reader, fields, .. } = self.record;
        if fields
            .get(self.expected)
            .is_some_and(|field| field.name == name)
        {
            return Ok(self.expected);
        }
        fields
            .iter()
            .position(|field| field.name == name)
            .ok_or_else(|| {
                let hint = nearest::hint(name, fields.iter().map(|field| field.name.as_str()));
                let why = format!("has a field that this model does not know{hint}");
                reader.refuse(self.record.place(), &why)
            })
    }
}
