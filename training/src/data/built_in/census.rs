//! The census data: UCI Adult, embedded.

use crate::data::{
    CatalogEntry, DataError, Dataset, InputShape, LoadOptions, Storage, TableSchema,
};

/// The records, `data/census.csv.gz`.
const RECORDS: &[u8] = include_bytes!("../../../data/census.csv.gz");

/// The schema, written by hand from UCI's documentation; also the example of a user's schema.
pub(in crate::data) const SCHEMA: &str = include_str!("census.toml");

/// The shares of the pool and of the test set.
const SPLIT: (f64, f64) = (0.1, 0.1);

/// What the catalogue says.
pub(in crate::data) const ENTRY: CatalogEntry = CatalogEntry {
    name: "census",
    title: "Adult (census income)",
    description: "Does a person of the 1994 US census earn more than 50,000 dollars a year? 12 columns; native-country \
                  and the sampling weight fnlwgt are left out.",
    records: 32_561,
    shape: InputShape::flat(65),
    classes: &["<=50K", ">50K"],
    license: "CC BY 4.0",
    attribution: "Becker, B. & Kohavi, R. (1996). Adult [Dataset]. UCI Machine Learning Repository. \
                  https://doi.org/10.24432/C5XW20. Licensed under CC BY 4.0 \
                  (https://creativecommons.org/licenses/by/4.0/). Changed: the training file only, without the columns \
                  fnlwgt and native-country.",
    homepage: "https://doi.org/10.24432/C5XW20",
    storage: Storage::Embedded,
};

/// Loads the data set.
pub(in crate::data) fn load(options: &LoadOptions) -> Result<Dataset, DataError> {
    let schema = TableSchema::from_toml(SCHEMA, "embedded census.toml")?;
    super::load_embedded(&ENTRY, RECORDS, schema, SPLIT, options)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::Examples;

    #[test]
    fn the_embedded_file_loads_whole() {
        let dataset = load(&LoadOptions::default()).unwrap();
        let private = dataset.private.count().expose_sensitive().to_owned();
        assert_eq!(
            private + dataset.pool.len() + dataset.test.len(),
            ENTRY.records
        );
        assert_eq!(dataset.info.shape, ENTRY.shape);
        assert_eq!(dataset.info.classes, ENTRY.classes);
        assert_eq!(dataset.info.declared_size, Some(26_049));
        assert_eq!(dataset.pool_truth.unwrap().len(), dataset.pool.len());
        let high = |examples: &Examples| {
            examples
                .labels()
                .iter()
                .filter(|&&label| label == 1)
                .count() as f64
                / examples.len() as f64
        };
        assert!((high(&dataset.test) - 0.24).abs() < 0.03);
        assert!((high(dataset.private.examples().expose_sensitive()) - 0.24).abs() < 0.03);
    }

    #[test]
    fn the_first_record_is_encoded_as_by_hand() {
        // 39,State-gov,Bachelors,13,Never-married,Adm-clerical,Not-in-family,White,Male,2174,0,40,<=50K
        let schema = TableSchema::from_toml(SCHEMA, "census").unwrap();
        let preprocessing = crate::data::Preprocessing::Table { schema };
        let text = "age,workclass,education,education-num,marital-status,occupation,relationship,race,sex,capital-gain,\
                    capital-loss,hours-per-week\n39,State-gov,Bachelors,13,Never-married,Adm-clerical,Not-in-family,\
                    White,Male,2174,0,40\n";
        let row = preprocessing.apply_csv(text.as_bytes(), "t").unwrap();
        assert_eq!(row.ncols(), 65);
        assert!((row[[0, 0]] - 22.0 / 73.0).abs() < 1e-6);
        // Seven one-hot columns, and the numbers 22/73, 12/15, ln(2175)/ln(100000), 0, 39/98.
        let expected =
            7.0 + 22.0 / 73.0 + 12.0 / 15.0 + 2175_f64.ln() / 100_000_f64.ln() + 39.0 / 98.0;
        assert!((f64::from(row.sum()) - expected).abs() < 1e-5);
    }

    #[test]
    fn image_options_do_not_apply() {
        let options = LoadOptions {
            pool_size: Some(10),
            ..LoadOptions::default()
        };
        assert!(matches!(
            load(&options),
            Err(DataError::Option {
                key: "pool_size",
                ..
            })
        ));
    }
}
