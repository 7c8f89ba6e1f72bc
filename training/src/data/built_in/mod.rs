//! The data sets that this program knows by name: one file each.

pub(super) mod census;
pub(super) mod fashion_mnist;
pub(super) mod image_set;
pub(super) mod mnist;
pub(super) mod optdigits;

use super::{
    CatalogEntry, DataError, Dataset, DatasetInfo, LoadOptions, Preprocessing, RecordSplitter,
    SplitFractions, TableSchema,
    dataset::assemble_single,
    examples::Examples,
    file::unpack_embedded,
    table::{LabelUse, read_table},
};

/// Loads a table that is part of this program.
fn load_embedded(
    entry: &CatalogEntry,
    packed: &[u8],
    schema: TableSchema,
    default_split: (f64, f64),
    options: &LoadOptions,
) -> Result<Dataset, DataError> {
    options.refuse_image_options(entry.name)?;
    let schema = match options.input_bits {
        Some(bits) => schema.with_input_bits(bits)?,
        None => schema,
    };
    let content = unpack_embedded(&format!("embedded {}.csv", entry.name), packed)?;
    let table = read_table(&content, &schema, LabelUse::Required)?;
    let labels = table.labels.unwrap_or_default();
    let examples = Examples::new(table.inputs, labels, schema.classes().len(), &content.name)?;
    let fractions = match options.split {
        Some(fractions) => fractions,
        None => SplitFractions::new(default_split.0, default_split.1)?,
    };
    let salt = options
        .split_salt
        .as_deref()
        .unwrap_or(RecordSplitter::DEFAULT_SALT);
    // Public constants only: the published number of records and the shares, not how many fell
    // where.
    let declared_size = (entry.records as f64 * fractions.private()).round() as usize;
    let info = DatasetInfo {
        declared_size: Some(declared_size),
        ..entry.info()
    };
    let preprocessing = Preprocessing::Table { schema };
    assemble_single(
        info,
        preprocessing,
        &examples,
        &RecordSplitter::new(fractions, salt),
    )
}
