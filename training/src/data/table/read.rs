//! Reading CSV text line by line, each field checked against its column.

use std::collections::HashMap;

use csv::{ByteRecord, ReaderBuilder, Trim};
use ndarray::Array2;

use crate::data::{Column, DataError, InputShape, PixelScaling, TableSchema, file::Content};

use super::{
    EncodedTable, LabelUse,
    encode::{encode_category, encode_number},
    header::match_header,
};

/// What some editors put before the first byte of UTF-8 text.
const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// Reads a CSV file with a header by its schema; columns may stand in any order.
///
/// # Errors
/// When the header does not fit the schema, a line has more or fewer fields than the header, a
/// field is not UTF-8, not a finite number, or not among its column's categories or classes, or
/// there is no record.
pub(in crate::data) fn read_table(
    content: &Content,
    schema: &TableSchema,
    label_use: LabelUse,
) -> Result<EncodedTable, DataError> {
    let mut lines = Lines::open(content)?;
    let layout = match_header(&content.name, &lines.names, schema, label_use)?;
    let categories: Vec<HashMap<&str, usize>> = layout
        .inputs
        .iter()
        .map(|(column, _)| position_of_each(column))
        .collect();
    let classes: HashMap<&str, u32> = layout
        .label
        .iter()
        .flat_map(|(_, classes, _)| classes.iter())
        .map(String::as_str)
        .zip(0..)
        .collect();
    let width = schema.input_shape().len();
    let (mut inputs, mut labels) = (Vec::new(), Vec::new());
    while lines.advance()? {
        for ((column, position), categories) in layout.inputs.iter().zip(&categories) {
            let text = lines.field(*position)?;
            match column {
                Column::Numeric {
                    min,
                    max,
                    transform,
                    ..
                } => {
                    let value = lines.number(*position, text)?;
                    inputs.push(encode_number(value, *min, *max, *transform, schema));
                }
                _ => {
                    let index = categories.get(text).ok_or_else(|| {
                        lines.unknown(*position, text, "categories", categories.keys())
                    })?;
                    encode_category(*index, categories.len(), &mut inputs);
                }
            }
        }
        if let Some((_, _, position)) = layout.label {
            let text = lines.field(position)?;
            let class = classes
                .get(text)
                .ok_or_else(|| lines.unknown(position, text, "classes", classes.keys()))?;
            labels.push(*class);
        }
    }
    let inputs = lines.rows(width, inputs)?;
    Ok(EncodedTable {
        inputs,
        labels: layout.label.map(|_| labels),
    })
}

/// Reads one column of a CSV file with a header as text: whose each record is.
///
/// # Errors
/// When the header lacks the column, or a value is missing or no UTF-8.
pub(in crate::data) fn read_owners(
    content: &Content,
    column: &str,
) -> Result<Vec<String>, DataError> {
    let mut lines = Lines::open(content)?;
    let Some(position) = lines.names.iter().position(|name| name == column) else {
        let problem =
            format!("the header lacks the column `{column}`, which says whose a record is");
        return Err(lines.error(None, problem, "name a column of the file, or add it"));
    };
    let mut owners = Vec::new();
    while lines.advance()? {
        let owner = lines.field(position)?;
        if owner.is_empty() {
            let problem = "nothing says whose this record is".to_owned();
            let remedy = "fill the value in or remove the record";
            return Err(lines.error(Some(position), problem, remedy));
        }
        owners.push(owner.to_owned());
    }
    Ok(owners)
}

/// Reads a CSV file of numbers under any header, one column for each number of `shape`, scaled by
/// public constants.
///
/// # Errors
/// When there are more or fewer columns, a field is not a finite number, or there is no record.
pub(in crate::data) fn read_numbers(
    content: &Content,
    shape: InputShape,
    scaling: &PixelScaling,
) -> Result<Array2<f32>, DataError> {
    let mut lines = Lines::open(content)?;
    if lines.names.len() != shape.len() {
        let problem = format!(
            "{} columns where an input of {shape} has {}",
            lines.names.len(),
            shape.len()
        );
        return Err(lines.error(
            None,
            problem,
            "give a header line and one column for each pixel, without the label",
        ));
    }
    if lines.names.iter().all(|name| name.parse::<f64>().is_ok()) {
        let problem = "the first line holds numbers where the column names should be".to_owned();
        return Err(lines.error(None, problem, "add a header line"));
    }
    let mut inputs = Vec::new();
    while lines.advance()? {
        for position in 0..shape.len() {
            let text = lines.field(position)?;
            inputs.push(scaling.scale(lines.number(position, text)?));
        }
    }
    lines.rows(shape.len(), inputs)
}

/// The position of each category of a column; empty for other columns.
fn position_of_each(column: &Column) -> HashMap<&str, usize> {
    match column {
        Column::Categorical { categories, .. } => {
            categories.iter().map(String::as_str).zip(0..).collect()
        }
        _ => HashMap::new(),
    }
}

/// The lines of a CSV file after its header.
struct Lines<'a> {
    file: &'a str,
    names: Vec<String>,
    reader: csv::Reader<&'a [u8]>,
    record: ByteRecord,
    line: u64,
    records: usize,
}

impl<'a> Lines<'a> {
    /// Reads the header.
    fn open(content: &'a Content) -> Result<Self, DataError> {
        let text = content
            .bytes
            .strip_prefix(BYTE_ORDER_MARK)
            .unwrap_or(&content.bytes);
        let reader = ReaderBuilder::new()
            .has_headers(false)
            .trim(Trim::All)
            .from_reader(text);
        let (names, record) = (Vec::new(), ByteRecord::new());
        let mut lines = Self {
            file: &content.name,
            names,
            reader,
            record,
            line: 1,
            records: 0,
        };
        if !lines.advance()? {
            return Err(DataError::Empty {
                file: content.name.clone(),
                expected: "a header line, then one line a record",
            });
        }
        lines.records = 0;
        lines.names = (0..lines.record.len())
            .map(|position| lines.field(position).map(str::to_owned))
            .collect::<Result<_, _>>()?;
        Ok(lines)
    }

    /// Goes to the next record; `false` at the end of the file.
    fn advance(&mut self) -> Result<bool, DataError> {
        let more = self.reader.read_byte_record(&mut self.record);
        if let Some(position) = self.record.position() {
            self.line = position.line();
        }
        match more {
            Ok(more) => {
                self.records += usize::from(more);
                Ok(more)
            }
            Err(error) => {
                if let csv::ErrorKind::UnequalLengths {
                    pos: Some(position),
                    ..
                } = error.kind()
                {
                    self.line = position.line();
                }
                let problem = match error.kind() {
                    csv::ErrorKind::UnequalLengths {
                        expected_len, len, ..
                    } => {
                        format!("{len} fields where the header has {expected_len}")
                    }
                    _ => error.to_string(),
                };
                Err(self.error(
                    None,
                    problem,
                    "give every line one field a column; put quotes around a field with a comma",
                ))
            }
        }
    }

    /// A field of the current record.
    fn field(&self, position: usize) -> Result<&str, DataError> {
        let bytes = self.record.get(position).unwrap_or_default();
        std::str::from_utf8(bytes).map_err(|_| {
            let problem = format!("`{}` is not UTF-8 text", bytes.escape_ascii());
            self.error(
                Some(position),
                problem,
                "save the file with the encoding UTF-8",
            )
        })
    }

    /// A field as a finite number.
    fn number(&self, position: usize, text: &str) -> Result<f64, DataError> {
        match text.parse::<f64>() {
            Ok(value) if value.is_finite() => Ok(value),
            Ok(_) => Err(self.error(
                Some(position),
                format!("`{text}` is not a finite number"),
                "remove the record or replace the value",
            )),
            Err(_) if text.is_empty() => Err(self.error(
                Some(position),
                "the value is missing".to_owned(),
                "fill it in or remove the record (a categorical column can list \"\" as a category)",
            )),
            Err(_) => Err(self.error(
                Some(position),
                format!("`{}` is not a number", text.escape_debug()),
                "correct the value, or declare the column as categorical",
            )),
        }
    }

    /// An error about a value that its column's list does not have.
    fn unknown<'b>(
        &self,
        position: usize,
        text: &str,
        list: &str,
        known: impl Iterator<Item = &'b &'b str>,
    ) -> DataError {
        let mut known: Vec<&str> = known.copied().collect();
        known.sort_unstable();
        let known = known.join(", ");
        self.error(
            Some(position),
            format!(
                "`{}` is not among the schema's {list} ({known})",
                text.escape_debug()
            ),
            &format!("correct the value or add it to `{list}`"),
        )
    }

    /// An error about the current line.
    fn error(&self, position: Option<usize>, problem: String, remedy: &str) -> DataError {
        let column = position.map(|position| {
            self.names
                .get(position)
                .cloned()
                .unwrap_or_else(|| (position + 1).to_string())
        });
        DataError::Csv {
            file: self.file.to_owned(),
            line: self.line,
            column,
            problem,
            remedy: remedy.to_owned(),
        }
    }

    /// One row a record that was read.
    fn rows(&self, width: usize, values: Vec<f32>) -> Result<Array2<f32>, DataError> {
        let empty = || DataError::Empty {
            file: self.file.to_owned(),
            expected: "one line a record after the header",
        };
        if self.records == 0 {
            return Err(empty());
        }
        Array2::from_shape_vec((self.records, width), values).map_err(|_| empty())
    }
}

#[cfg(test)]
#[path = "tests.rs"]
mod tests;
