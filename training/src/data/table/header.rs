//! Matching the header of a CSV file with the columns of a schema.

use std::collections::HashMap;

use crate::data::{Column, DataError, TableSchema};

use super::LabelUse;

/// Where in a line the columns of a schema stand.
pub(super) struct Layout<'a> {
    /// Each input column of the schema, in the schema's order, with its position in a line.
    pub(super) inputs: Vec<(&'a Column, usize)>,
    /// The label's name, classes and position, where it is there and wanted.
    pub(super) label: Option<(&'a str, &'a [String], usize)>,
}

/// Finds each column of `schema` in the header's `names`.
///
/// # Errors
/// When a name occurs twice, is not in the schema, or a column of the schema is missing. The label
/// may be missing unless it is required; ignored columns always may.
pub(super) fn match_header<'a>(
    file: &str,
    names: &[String],
    schema: &'a TableSchema,
    label_use: LabelUse,
) -> Result<Layout<'a>, DataError> {
    let fail = |column: Option<&str>, problem: String, remedy: &str| DataError::Csv {
        file: file.to_owned(),
        line: 1,
        column: column.map(str::to_owned),
        problem,
        remedy: remedy.to_owned(),
    };
    let mut positions = HashMap::new();
    for (position, name) in names.iter().enumerate() {
        if positions.insert(name.as_str(), position).is_some() {
            return Err(fail(
                Some(name),
                "stands twice in the header".to_owned(),
                "rename or remove one of the two",
            ));
        }
    }
    if let Some(unknown) = names.iter().find(|name| {
        schema
            .columns()
            .iter()
            .all(|column| column.name() != **name)
    }) {
        if names.iter().all(|name| name.parse::<f64>().is_ok()) {
            let problem =
                "the first line holds numbers where the column names should be".to_owned();
            return Err(fail(None, problem, "add a header line"));
        }
        let problem = "is in the file and not in the schema".to_owned();
        return Err(fail(
            Some(unknown),
            problem,
            "declare it (kind = \"ignore\" if it is not to be used) or remove it",
        ));
    }
    let mut layout = Layout {
        inputs: Vec::new(),
        label: None,
    };
    let mut missing = Vec::new();
    for column in schema.columns() {
        let position = positions.get(column.name()).copied();
        match (column, position) {
            (Column::Numeric { .. } | Column::Categorical { .. }, Some(position)) => {
                layout.inputs.push((column, position))
            }
            (Column::Numeric { name, .. } | Column::Categorical { name, .. }, None) => {
                missing.push(name.as_str())
            }
            (Column::Label { name, .. }, None) if label_use == LabelUse::Required => {
                missing.push(name)
            }
            (Column::Label { name, classes }, Some(position)) if label_use != LabelUse::Ignored => {
                layout.label = Some((name, classes, position));
            }
            (Column::Label { .. } | Column::Ignore { .. }, _) => {}
        }
    }
    if missing.is_empty() {
        return Ok(layout);
    }
    let problem = format!(
        "the header lacks {} of the schema's columns: {}",
        missing.len(),
        missing.join(", ")
    );
    Err(fail(
        None,
        problem,
        "add the columns to the file or take them out of the schema",
    ))
}
