//! `labels.csv`: what crosses from the private side, written and read.

use anyhow::{Context as _, Result, anyhow, bail, ensure};
use privet_mechanisms::{ReleasedLabel, ReleasedLabels};
use privet_student::PseudoLabel;

use crate::display::csv_field;

const COLUMNS: [&str; 3] = ["pool_index", "class", "label"];
const SOURCE: &str = "source";
const SOURCES: [&str; 2] = ["teachers", "student"];

/// One line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Row {
    /// Position in the pool.
    pub(super) position: usize,
    /// Number of the class.
    pub(super) class: usize,
    /// Whether a student said so, and the teachers did not contradict it.
    pub(super) by_student: bool,
}

/// The file. A column says who labelled where not all labels are the teachers'; where labels are not
/// private, each row says so.
pub(super) fn text(
    classes: &[String],
    (asked, labels): (&[usize], &[ReleasedLabel]),
    reinforced: &[PseudoLabel],
    private: bool,
) -> String {
    let mut columns = COLUMNS.to_vec();
    if !reinforced.is_empty() {
        columns.push(SOURCE);
    }
    if !private {
        columns.push("warning");
    }
    let row = |position: usize, class: usize, source: &str| {
        let name = csv_field(classes.get(class).map_or("", String::as_str));
        let mut fields = vec![position.to_string(), class.to_string(), name.to_string()];
        if !reinforced.is_empty() {
            fields.push(source.into());
        }
        if !private {
            fields.push("NOT PRIVATE".into());
        }
        fields.join(",") + "\n"
    };
    let by_teachers = labels
        .iter()
        .map(|label| row(asked[label.query() as usize], label.class(), SOURCES[0]));
    let by_student = reinforced
        .iter()
        .map(|label| row(label.position(), label.class() as usize, SOURCES[1]));
    std::iter::once(columns.join(",") + "\n")
        .chain(by_teachers)
        .chain(by_student)
        .collect()
}

/// The file of examples that have several labels: a column for each, 1 where it is on.
pub(super) fn text_of_vectors(
    names: &[String],
    (asked, labels): (&[usize], &[ReleasedLabels]),
    private: bool,
) -> String {
    let end = match private {
        true => "\n",
        false => ",NOT PRIVATE\n",
    };
    let names: Vec<_> = names.iter().map(|name| csv_field(name)).collect();
    let warning = if private { "" } else { ",warning" };
    let header = format!("{},{}{warning}\n", COLUMNS[0], names.join(","));
    let row = |labels: &ReleasedLabels| {
        let bits = labels.labels().iter();
        let bits: String = bits.map(|&on| if on { ",1" } else { ",0" }).collect();
        format!("{}{bits}{end}", asked[labels.query() as usize])
    };
    std::iter::once(header)
        .chain(labels.iter().map(row))
        .collect()
}

/// What the lines say.
///
/// # Errors
/// The first line that is not what a run writes.
pub(super) fn rows(text: &str, classes: &[String], pool: usize) -> Result<Vec<Row>> {
    let mut reader = csv::ReaderBuilder::new()
        .flexible(true)
        .from_reader(text.as_bytes());
    let header = reader.headers().context("cannot be read")?.clone();
    ensure!(
        header.iter().take(3).eq(COLUMNS),
        "line 1: the columns are `{}`, not `{}`",
        header.iter().collect::<Vec<_>>().join(","),
        COLUMNS.join(",")
    );
    let source = header.iter().position(|column| column == SOURCE);
    let mut seen = vec![false; pool];
    let mut rows = Vec::new();
    for (number, record) in reader.records().enumerate() {
        let line = number + 2;
        let record = record.with_context(|| format!("line {line} cannot be read"))?;
        let field = |index: usize| record.get(index).unwrap_or_default();
        let position = |index: usize, below: usize, what: &str| {
            let value = field(index).parse().ok().filter(|value| *value < below);
            value.ok_or_else(|| {
                anyhow!(
                    "line {line}: {what} = `{}` is not a whole number from 0 to {}",
                    field(index),
                    below.saturating_sub(1)
                )
            })
        };
        let example: usize = position(0, pool, "pool_index")?;
        let class: usize = position(1, classes.len(), "class")?;
        if field(2) != classes[class] {
            bail!(
                "line {line}: class {class} is called `{}`, but [data] calls it `{}`",
                field(2),
                classes[class]
            );
        }
        ensure!(
            !std::mem::replace(&mut seen[example], true),
            "line {line}: pool_index = {example} has a label already"
        );
        let by_student = match source.map(&field) {
            None => false,
            Some(source) => match SOURCES.iter().position(|known| *known == source) {
                Some(place) => place == 1,
                None => bail!("line {line}: source = `{source}` is neither of {SOURCES:?}"),
            },
        };
        rows.push(Row {
            position: example,
            class,
            by_student,
        });
    }
    Ok(rows)
}
