//! Handwritten digits of 8x8 pixels: UCI Optical Recognition of Handwritten Digits, embedded.

use crate::data::{
    CatalogEntry, Column, DataError, Dataset, InputShape, LoadOptions, Storage, TableSchema,
};

use super::mnist::DIGITS;

/// The records, `data/optdigits.csv.gz`: 64 pixels, then the digit.
const RECORDS: &[u8] = include_bytes!("../../../data/optdigits.csv.gz");

/// The shares of the pool and of the test set.
const SPLIT: (f64, f64) = (0.1, 0.15);

/// Pixel rows and columns.
const SIDE: usize = 8;

/// What the catalogue says.
pub(in crate::data) const ENTRY: CatalogEntry = CatalogEntry {
    name: "optdigits",
    title: "Optical Recognition of Handwritten Digits",
    description: "Handwritten digits of 43 people as 8x8 grey pixels of 0 to 16.",
    records: 5_620,
    shape: InputShape::image(1, SIDE, SIDE),
    classes: &DIGITS,
    license: "CC BY 4.0",
    attribution: "Alpaydin, E. & Kaynak, C. (1998). Optical Recognition of Handwritten Digits [Dataset]. UCI Machine \
                  Learning Repository. https://doi.org/10.24432/C50P49. Licensed under CC BY 4.0 \
                  (https://creativecommons.org/licenses/by/4.0/). Changed: both files joined into one, with a header.",
    homepage: "https://doi.org/10.24432/C50P49",
    storage: Storage::Embedded,
};

/// Loads the data set.
pub(in crate::data) fn load(options: &LoadOptions) -> Result<Dataset, DataError> {
    super::load_embedded(&ENTRY, RECORDS, schema()?, SPLIT, options)
}

/// The 64 pixels `pixel_0_0` to `pixel_7_7`, row by row, scaled to `0..=1`, and the label `digit`.
fn schema() -> Result<TableSchema, DataError> {
    let pixels = (0..SIDE).flat_map(|y| (0..SIDE).map(move |x| format!("pixel_{y}_{x}")));
    let mut columns: Vec<Column> = pixels
        .map(|name| Column::Numeric {
            name,
            min: 0.0,
            max: 16.0,
            transform: None,
        })
        .collect();
    let classes = DIGITS.map(str::to_owned).to_vec();
    columns.push(Column::Label {
        name: "digit".to_owned(),
        classes,
    });
    TableSchema::new(columns)?.with_shape(ENTRY.shape)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_embedded_file_loads_whole() {
        let dataset = load(&LoadOptions::default()).unwrap();
        let private = dataset.private.count().expose_sensitive().to_owned();
        assert_eq!(
            private + dataset.pool.len() + dataset.test.len(),
            ENTRY.records
        );
        assert_eq!(
            dataset.preprocessing.input_shape(),
            InputShape::image(1, 8, 8)
        );
        assert!(
            dataset
                .test
                .inputs()
                .iter()
                .all(|pixel| (0.0..=1.0).contains(pixel))
        );
        for digit in 0..10 {
            let count = dataset
                .test
                .labels()
                .iter()
                .filter(|&&label| label == digit)
                .count();
            assert!(count > dataset.test.len() / 20, "{digit}: {count}");
        }
    }

    #[test]
    fn pictures_from_other_formats_can_be_predicted() {
        let preprocessing = load(&LoadOptions::default()).unwrap().preprocessing;
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("digits.idx");
        std::fs::write(
            &path,
            crate::data::idx::tests::idx_bytes(&[1, 8, 8], &[8; 64]),
        )
        .unwrap();
        assert_eq!(
            preprocessing.read(&path).unwrap().inputs,
            ndarray::Array2::from_elem((1, 64), 0.5)
        );
    }
}
