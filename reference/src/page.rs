//! The page in Markdown.

use std::fmt::Write;

use crate::ReferenceError;
use crate::links::anchor;
use crate::places::{Section, sections};
use crate::schema::{Key, Kind, Presence, Schema, Shape, TypeEntry, TypeId, Variant};

const HEAD: &str = "# Config reference

<!-- Written by `cargo run -p privet-reference` from the sources of the config types: edit their doc comments. -->

Configs are TOML. A key that is not listed here is refused, and the message names the nearest one that is. Any
key of an experiment can be set on the command line: `--set privacy.epsilon=0.5`. A key is *required*, has the
default that is shown, or is *optional*. Which keys need or exclude each other is checked before anything is
trained; the [README](../../README.md) has examples of every part.
";

/// Writes it.
pub(crate) fn page(schema: &Schema) -> Result<String, ReferenceError> {
    let page = Page {
        schema,
        sections: sections(schema)?,
    };
    let mut text = HEAD.to_owned();
    for (number, (title, root)) in schema.roots.iter().enumerate() {
        page.heading(&mut text, 2, title);
        page.body(&mut text, *root);
        page.tables(&mut text, Some(number));
    }
    page.heading(&mut text, 2, "Tables that several keys have");
    page.tables(&mut text, None);
    Ok(text)
}

struct Page<'a> {
    schema: &'a Schema,
    sections: Vec<Section>,
}

// Writing to a string cannot fail, so the results of `write!` are dropped.
impl Page<'_> {
    fn heading(&self, text: &mut String, level: usize, title: &str) {
        let _ = write!(text, "\n{} {title}\n", "#".repeat(level));
    }

    /// The sections of one file, or those that several keys have.
    fn tables(&self, text: &mut String, root: Option<usize>) {
        for section in self.sections.iter().filter(|section| section.root == root) {
            self.heading(text, 3, &format!("`{}`", section.label));
            if root.is_none() {
                let places = section.used_at.iter().map(|place| format!("`{place}`"));
                let places: Vec<String> = places.collect();
                let _ = write!(text, "\nAt {}.\n", places.join(", "));
            }
            self.body(text, section.id);
        }
    }

    fn body(&self, text: &mut String, id: TypeId) {
        let Some(TypeEntry { doc, shape, .. }) = self.schema.types.get(id) else {
            return;
        };
        let _ = write!(text, "\n{doc}\n");
        match shape {
            Shape::Table(keys) => self.keys(text, keys),
            Shape::Tagged { tag, variants } => {
                for variant in variants {
                    let doc = &variant.doc;
                    let _ = write!(text, "\n**`{tag} = \"{}\"`**: {doc}\n", variant.name);
                    self.keys(text, &variant.keys);
                }
            }
            Shape::Choice(variants) => words(text, variants),
        }
    }

    fn keys(&self, text: &mut String, keys: &[Key]) {
        if keys.is_empty() {
            return;
        }
        text.push_str("\n| key | value | without it | meaning |\n|---|---|---|---|\n");
        for key in keys {
            let presence = match &key.presence {
                Presence::Required => "**required**".to_owned(),
                Presence::Optional => "optional".to_owned(),
                Presence::Default(value) => format!("`{value}`"),
            };
            let kind = self.kind(&key.kind);
            let doc = key.doc.replace("\n\n", " ").replace('|', "\\|");
            let _ = writeln!(text, "| `{}` | {kind} | {presence} | {doc} |", key.name);
        }
        for key in keys {
            let entry = key.kind.type_id().and_then(|id| self.schema.types.get(id));
            if let Some(Shape::Choice(variants)) = entry.map(|entry| &entry.shape) {
                let _ = write!(text, "\n`{}`:\n", key.name);
                words(text, variants);
            }
        }
    }

    fn kind(&self, kind: &Kind) -> String {
        match kind {
            Kind::Text => "text".into(),
            Kind::Path => "path".into(),
            Kind::Number => "number".into(),
            Kind::Integer => "whole number".into(),
            Kind::PositiveInteger => "whole number, at least 1".into(),
            Kind::Boolean => "`true`, `false`".into(),
            Kind::Settings => "table of keys of an experiment".into(),
            Kind::List(of, None) => format!("list of {}", self.kind(of)),
            Kind::List(of, Some(length)) => format!("list of {length}, each {}", self.kind(of)),
            Kind::Type(id) => match self.sections.iter().find(|section| section.id == *id) {
                Some(section) => {
                    let label = &section.label;
                    format!("[`{label}`](#{})", anchor(label))
                }
                None => self.choices(*id),
            },
        }
    }

    fn choices(&self, id: TypeId) -> String {
        let names = self.schema.types.get(id).map(|entry| match &entry.shape {
            Shape::Choice(variants) => variants
                .iter()
                .map(|variant| format!("`\"{}\"`", variant.name))
                .collect(),
            _ => Vec::new(),
        });
        names.unwrap_or_default().join(", ")
    }
}

/// What each word means.
fn words(text: &mut String, variants: &[Variant]) {
    text.push('\n');
    for variant in variants {
        // Help on the command line, which some of these comments are as well, ends without a point.
        let doc = variant.doc.replace("\n\n", " ");
        let doc = doc.trim_end_matches('.');
        let _ = writeln!(text, "- `\"{}\"`: {doc}.", variant.name);
    }
}
