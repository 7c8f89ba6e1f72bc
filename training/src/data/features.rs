//! `[data] features`: representations that stand in place of the inputs, at no cost of privacy.

use std::path::Path;

use ndarray::{Array2, ArrayView2, Axis};
use privet_features::{FeatureError, FeatureMap, Fitting, StageSpec};
use privet_mechanisms::Sensitive;
use serde::de::value::{MapAccessDeserializer, SeqAccessDeserializer};
use serde::de::{MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::feature_file;
use super::{DataError, Dataset, Examples, PrivateExamples, PublicInputs, PublicPool};

/// The stages of a representation in order: one table, or a list of them.
#[derive(Debug, Clone, PartialEq)]
pub struct FeatureList(pub Vec<StageSpec>);

impl FeatureList {
    /// Epochs of all encoders together.
    #[must_use]
    pub fn epochs(&self) -> usize {
        let epochs = |stage: &StageSpec| match stage {
            StageSpec::Encoder(training) => training.epochs,
            _ => 0,
        };
        self.0.iter().map(epochs).sum()
    }
}

impl Serialize for FeatureList {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for FeatureList {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(OneOrMany)
    }
}

/// Reads both forms, with the errors of each.
struct OneOrMany;

impl<'de> Visitor<'de> for OneOrMany {
    type Value = FeatureList;

    fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("a table with `kind`, or a list of such tables")
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<FeatureList, A::Error> {
        let stage = StageSpec::deserialize(MapAccessDeserializer::new(map))?;
        Ok(FeatureList(vec![stage]))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, seq: A) -> Result<FeatureList, A::Error> {
        Vec::deserialize(SeqAccessDeserializer::new(seq)).map(FeatureList)
    }
}

/// What a data set was before its inputs were represented, as far as it is public.
#[derive(Debug, Clone)]
pub struct Represented {
    /// The map from inputs to features.
    pub map: FeatureMap,
    /// The pool as it was.
    pub pool: PublicPool,
    /// The test set as it was.
    pub test: Examples,
}

/// Rows that are represented at a time; bounds the memory of what stages make on the way.
const ROWS: usize = 2048;

impl Dataset {
    /// Notes what its inputs will become: from now on its shape is that of the features.
    ///
    /// # Errors
    /// A stage that does not fit.
    pub(super) fn announce(mut self, features: &FeatureList) -> Result<Self, DataError> {
        self.info.shape = FeatureMap::output_of(self.info.shape, &features.0)?;
        self.planned = Some(features.clone());
        Ok(self)
    }

    /// Puts features in the place of inputs, in every part, where `[data] features` asks for them.
    /// What is fitted is fitted on the public pool alone, or read from `file`, if it is there, and left
    /// there if it is not.
    ///
    /// Each record's features depend on the record and on public rows: neighbouring data sets stay
    /// neighbours, and sensitivity and cost stay as they are.
    ///
    /// # Errors
    /// A stage that cannot be fitted, features that are not finite, or a file that cannot be written
    /// or was made for others.
    pub fn represent(&mut self, fitting: Fitting<'_>, file: Option<&Path>) -> Result<(), DataError> {
        let Some(features) = self.planned.take() else {
            return Ok(());
        };
        let input = self.preprocessing.input_shape();
        let pool = self.pool.inputs().inputs();
        let key = feature_file::key(input, &features, pool, fitting.seed);
        let map = match file.map(|path| feature_file::read(path, &key)).transpose()? {
            Some(Some(map)) => map,
            _ => {
                let map = FeatureMap::fit(input, &features.0, Some(pool), fitting)?;
                if let Some(path) = file {
                    feature_file::write(path, &key, &map)?;
                }
                map
            }
        };
        (fitting.progress)("representation", 0, 0);
        let name = &self.info.name;
        let source = format!("[data] features of {name}");
        let examples = self.private.examples().expose_sensitive();
        let private = examples.with_inputs(apply(&map, examples.inputs())?, &source)?;
        let test = self.test.with_inputs(apply(&map, self.test.inputs())?, &source)?;
        let pool = PublicPool::new(PublicInputs::new(apply(&map, pool)?, &source)?);
        self.private.replace_examples(private);
        let test = std::mem::replace(&mut self.test, test);
        self.represented = Some(Represented {
            map,
            pool: std::mem::replace(&mut self.pool, pool),
            test,
        });
        Ok(())
    }

    /// The public pool as it was read, whatever its inputs were made to since.
    #[must_use]
    pub fn raw_pool(&self) -> &PublicPool {
        self.represented
            .as_ref()
            .map_or(&self.pool, |represented| &represented.pool)
    }
}

impl PrivateExamples {
    /// The same records with other inputs, row by row.
    fn replace_examples(&mut self, examples: Examples) {
        self.examples = Sensitive::new(examples);
    }
}

/// The features of rows.
fn apply(map: &FeatureMap, rows: ArrayView2<'_, f32>) -> Result<Array2<f32>, FeatureError> {
    let mut features = Array2::zeros((rows.nrows(), map.output_shape().len()));
    let parts = features
        .axis_chunks_iter_mut(Axis(0), ROWS)
        .zip(rows.axis_chunks_iter(Axis(0), ROWS));
    for (mut into, rows) in parts {
        into.assign(&map.apply(rows)?);
    }
    Ok(features)
}
