//! Where in a file each table stands, and what the page calls it.

use std::collections::HashSet;

use crate::ReferenceError;
use crate::schema::{Kind, Schema, Shape, TypeId};

/// A section of the page.
#[derive(Debug)]
pub(crate) struct Section {
    /// The type that it describes.
    pub(crate) id: TypeId,
    /// Its heading.
    pub(crate) label: String,
    /// The file that it is for; none where several keys have its type.
    pub(crate) root: Option<usize>,
    /// The keys that have its type, as dotted paths from the nearest heading of another name.
    pub(crate) used_at: Vec<String>,
}

/// Somewhere a type is used.
struct Use {
    id: TypeId,
    by: TypeId,
    key: String,
    is_list: bool,
}

/// The sections of all tables but those of whole files: first the tables that one key has, in the
/// order of the files, then those that several have.
pub(crate) fn sections(schema: &Schema) -> Result<Vec<Section>, ReferenceError> {
    let uses = uses(schema);
    let mut sections: Vec<Section> = Vec::new();
    for (number, (_, root)) in schema.roots.iter().enumerate() {
        let mut known: HashSet<TypeId> = sections.iter().map(|section| section.id).collect();
        let place = ("", Some(number));
        visit(&uses, *root, place, &mut known, &mut sections);
    }
    let shared = |section: &Section| section.root.is_none();
    sections.sort_by_key(shared);
    for (at, section) in sections.iter().enumerate() {
        let same = |other: &&Section| other.label == section.label;
        if let Some(other) = sections.iter().take(at).find(same) {
            let name = |id: TypeId| schema.types.get(id).map(|entry| entry.name.clone());
            return Err(ReferenceError::Label {
                label: section.label.clone(),
                first: name(other.id).unwrap_or_default(),
                second: name(section.id).unwrap_or_default(),
            });
        }
    }
    let labels: Vec<(TypeId, String)> = sections
        .iter()
        .map(|section| (section.id, bare(&section.label).to_owned()))
        .collect();
    for section in &mut sections {
        let of = uses.iter().filter(|one| one.id == section.id);
        let mut places: Vec<String> = of
            .map(|one| match labels.iter().find(|(id, _)| *id == one.by) {
                Some((_, label)) => format!("{label}.{}", one.key),
                None => one.key.clone(),
            })
            .collect();
        places.dedup();
        section.used_at = places;
    }
    Ok(sections)
}

/// The sections below a type, each at the first key that has it.
fn visit(
    uses: &[Use],
    by: TypeId,
    (above, root): (&str, Option<usize>),
    known: &mut HashSet<TypeId>,
    sections: &mut Vec<Section>,
) {
    for one in uses.iter().filter(|one| one.by == by) {
        if !known.insert(one.id) {
            continue;
        }
        let shared = uses.iter().filter(|other| other.id == one.id).count() > 1;
        // What only a shared table has is shared with it.
        let root = root.filter(|_| !shared);
        let path = match (shared, above) {
            (true, _) | (false, "") => one.key.clone(),
            (false, above) => format!("{above}.{}", one.key),
        };
        let label = match (shared, one.is_list) {
            (true, _) => path.clone(),
            (false, true) => format!("[[{path}]]"),
            (false, false) => format!("[{path}]"),
        };
        sections.push(Section {
            id: one.id,
            label,
            root,
            used_at: Vec::new(),
        });
        visit(uses, one.id, (&path, root), known, sections);
    }
}

/// Every key that has a table for a value.
fn uses(schema: &Schema) -> Vec<Use> {
    let mut uses: Vec<Use> = Vec::new();
    for (by, entry) in schema.types.iter().enumerate() {
        for key in entry.keys() {
            let Some(id) = key.kind.type_id() else {
                continue;
            };
            let is_choice =
                (schema.types.get(id)).is_some_and(|entry| matches!(entry.shape, Shape::Choice(_)));
            let again = |one: &Use| one.id == id && one.by == by && one.key == key.name;
            if is_choice || uses.iter().any(again) {
                continue;
            }
            uses.push(Use {
                id,
                by,
                key: key.name.clone(),
                is_list: matches!(key.kind, Kind::List(..)),
            });
        }
    }
    uses
}

/// A heading without its brackets.
pub(crate) fn bare(label: &str) -> &str {
    label.trim_matches(['[', ']'])
}
