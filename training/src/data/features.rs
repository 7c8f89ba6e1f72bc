//! `[data] features`: representations that stand in place of the inputs, at no cost of privacy.

use std::marker::PhantomData;
use std::path::Path;

use ndarray::{Array2, ArrayView2, Axis};
use privet_features::{FeatureError, FeatureMap, Fitting, StageSpec};
use privet_mechanisms::Sensitive;
use serde::de::value::{MapAccessDeserializer, SeqAccessDeserializer};
use serde::de::{MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::feature_file;
use super::{DataError, Dataset, Examples, PrivateExamples, PublicInputs, PublicPool};

/// The stages of a representation in order.
pub type FeatureList = OneOrMany<StageSpec>;

/// A list, or its only element without the brackets.
#[derive(Debug, Clone, PartialEq)]
pub struct OneOrMany<T>(pub Vec<T>);

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

impl<T: Serialize> Serialize for OneOrMany<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(serializer)
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for OneOrMany<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Either(PhantomData))
    }
}

/// Reads both forms, with the errors of each.
struct Either<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for Either<T> {
    type Value = OneOrMany<T>;

    fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("a table with `kind`, or a list of such tables")
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<OneOrMany<T>, A::Error> {
        let one = T::deserialize(MapAccessDeserializer::new(map))?;
        Ok(OneOrMany(vec![one]))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, seq: A) -> Result<OneOrMany<T>, A::Error> {
        Vec::deserialize(SeqAccessDeserializer::new(seq)).map(OneOrMany)
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

/// Where fitted features are kept.
#[derive(Clone, Copy, Default)]
pub struct FeatureFiles<'a> {
    /// The file of a run: what is in it must be what the run asks for.
    pub run: Option<&'a Path>,
    /// A folder that all runs share, where a file is named by all that its features depend on. It may
    /// be removed at any time.
    pub cache: Option<&'a Path>,
    /// Features of rows that others have computed.
    pub rows: Option<&'a dyn RowStore>,
}

/// Keeps the features of rows, which are as private as the rows.
pub trait RowStore {
    /// The features for a digest of all that they depend on, as they are kept if they have this
    /// shape, or as `make` gives them; these are kept, if that is possible. Whoever asks for the same
    /// meanwhile should wait.
    ///
    /// # Errors
    /// That of `make`.
    fn get_or(
        &self,
        inputs: &Sensitive<[u8; 32]>,
        shape: (usize, usize),
        make: &mut MakeRows<'_>,
    ) -> Result<Array2<f32>, FeatureError>;
}

/// Computes features.
pub type MakeRows<'a> = dyn FnMut() -> Result<Array2<f32>, FeatureError> + 'a;

impl FeatureFiles<'_> {
    /// The map that is kept, or `fit`, which is kept from now on.
    fn read_or(
        &self,
        key: &str,
        fit: impl FnOnce() -> Result<FeatureMap, FeatureError>,
    ) -> Result<FeatureMap, DataError> {
        if let Some(path) = self.run
            && let Some(map) = feature_file::read(path, key)?
        {
            return Ok(map);
        }
        let cached = self
            .cache
            .map(|folder| folder.join(format!("{key}.safetensors")));
        // A damaged file of the cache is one that is not there.
        let found = cached
            .as_ref()
            .and_then(|path| feature_file::read(path, key).ok().flatten());
        let map = match found {
            Some(map) => map,
            None => {
                let map = fit()?;
                // A cache that cannot be written saves no time, and is no reason to fail.
                if let (Some(folder), Some(path)) = (self.cache, &cached)
                    && std::fs::create_dir_all(folder).is_ok()
                {
                    let _ = feature_file::write(path, key, &map);
                }
                map
            }
        };
        if let Some(path) = self.run {
            feature_file::write(path, key, &map)?;
        }
        Ok(map)
    }

    /// The features of rows.
    fn apply(
        &self,
        map: &FeatureMap,
        rows: ArrayView2<'_, f32>,
    ) -> Result<Array2<f32>, FeatureError> {
        let Some(store) = self.rows else {
            return apply(map, rows);
        };
        let inputs = Sensitive::new(feature_file::digest(map, rows));
        let shape = (rows.nrows(), map.output_shape().len());
        store.get_or(&inputs, shape, &mut || apply(map, rows))
    }
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
    /// What is fitted is fitted on the public pool alone, or read from `files`, if it is there, and left
    /// there if it is not.
    ///
    /// Each record's features depend on the record and on public rows: neighbouring data sets stay
    /// neighbours, and sensitivity and cost stay as they are.
    ///
    /// # Errors
    /// A stage that cannot be fitted, features that are not finite, or a file that cannot be written
    /// or was made for others.
    pub fn represent(
        &mut self,
        fitting: Fitting<'_>,
        files: FeatureFiles<'_>,
    ) -> Result<(), DataError> {
        let Some(features) = self.planned.take() else {
            return Ok(());
        };
        let input = self.preprocessing.input_shape();
        let pool = self.pool.inputs().inputs();
        let key = feature_file::key(input, &features, pool, fitting.seed);
        let fit = || FeatureMap::fit(input, &features.0, Some(pool), fitting);
        let map = files.read_or(&key, fit)?;
        (fitting.progress)("representation", 0, 0);
        let name = &self.info.name;
        let source = format!("[data] features of {name}");
        let examples = self.private.examples().expose_sensitive();
        let apply = |rows: ArrayView2<'_, f32>| files.apply(&map, rows);
        let private = examples.with_inputs(apply(examples.inputs())?, &source)?;
        let test = self.test.with_inputs(apply(self.test.inputs())?, &source)?;
        let pool = PublicPool::new(PublicInputs::new(apply(pool)?, &source)?);
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

#[cfg(test)]
mod tests {
    use privet_gradients::cpu::CpuEngine;

    use super::*;
    use crate::data::{DataConfig, InputShape};

    const STAGES: &str = "name = 'optdigits'\nfeatures = [{ kind = 'standardise' }, \
                          { kind = 'pca', components = 6, whitening = 0.25 }]";

    fn represented(text: &str, file: Option<&Path>, seed: u64) -> Result<Dataset, DataError> {
        let config: DataConfig = toml::from_str(text).unwrap();
        let mut dataset = config.load(Path::new("."), Path::new("."), None)?;
        let engine = CpuEngine::default();
        let fitting = Fitting {
            engine: &engine,
            seed,
            progress: &|_, _, _| {},
        };
        let files = FeatureFiles {
            run: file,
            ..FeatureFiles::default()
        };
        dataset.represent(fitting, files)?;
        Ok(dataset)
    }

    #[test]
    fn one_stage_may_stand_without_a_list() {
        let read = |text: &str| toml::from_str::<DataConfig>(text).unwrap().features;
        let one = read("name = 'x'\nfeatures = { kind = 'row-norm' }");
        assert_eq!(one, read("name = 'x'\nfeatures = [{ kind = 'row-norm' }]"));
        let error = toml::from_str::<DataConfig>("name = 'x'\nfeatures = { kind = 'pca' }");
        assert!(error.unwrap_err().to_string().contains("components"));
        let error = toml::from_str::<DataConfig>("name = 'x'\nfeatures = 3");
        assert!(
            error
                .unwrap_err()
                .to_string()
                .contains("a table with `kind`")
        );
    }

    #[test]
    fn every_part_is_represented_and_the_raw_pool_stays() {
        let raw: DataConfig = toml::from_str("name = 'optdigits'").unwrap();
        let raw = raw.load(Path::new("."), Path::new("."), None).unwrap();
        let dataset = represented(STAGES, None, 1).unwrap();
        assert_eq!(dataset.info.shape, InputShape::flat(6));
        let before = dataset.represented.as_ref().unwrap();
        assert_eq!(
            dataset.raw_pool().inputs().inputs(),
            raw.pool.inputs().inputs()
        );
        assert_eq!(before.test.inputs(), raw.test.inputs());
        let private = raw.private.examples().expose_sensitive();
        let now = dataset.private.examples().expose_sensitive();
        assert_eq!(
            (now.labels(), now.positions()),
            (private.labels(), private.positions())
        );
        let own = |rows: ArrayView2<'_, f32>| before.map.apply(rows).unwrap();
        assert_eq!(now.inputs(), own(private.inputs()));
        assert_eq!(
            dataset.pool.inputs().inputs(),
            own(raw.pool.inputs().inputs())
        );
        assert_eq!(dataset.test.inputs(), own(raw.test.inputs()));
    }

    #[test]
    fn a_file_gives_the_same_features_and_is_for_one_purpose() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("features.safetensors");
        let first = represented(STAGES, Some(&path), 1).unwrap();
        let bytes = std::fs::read(&path).unwrap();
        let again = represented(STAGES, Some(&path), 1).unwrap();
        assert_eq!(first.test.inputs(), again.test.inputs());
        assert_eq!(std::fs::read(&path).unwrap(), bytes);
        let other = STAGES.replace("= 6", "= 7");
        let error = represented(&other, Some(&path), 1).err().unwrap();
        let error = error.to_string();
        assert!(
            error.contains("features.safetensors") && error.contains("remove it"),
            "{error}"
        );
        // Where nothing is trained, a seed has no part in what is fitted.
        assert!(represented(STAGES, Some(&path), 2).is_ok());
        for end in [0, 7, bytes.len() / 2, bytes.len() - 1] {
            std::fs::write(&path, &bytes[..end]).unwrap();
            assert!(represented(STAGES, Some(&path), 1).is_err(), "{end}");
        }
    }

    #[test]
    fn the_seed_counts_where_a_network_is_trained() {
        let rows = Array2::zeros((2, 4));
        let key = |text: &str, seed| {
            let features = OneOrMany(vec![toml::from_str(text).unwrap()]);
            feature_file::key(InputShape::image(1, 2, 2), &features, rows.view(), seed)
        };
        assert_eq!(
            key("kind = 'standardise'", 1),
            key("kind = 'standardise'", 2)
        );
        assert_ne!(key("kind = 'encoder'", 1), key("kind = 'encoder'", 2));
        assert_ne!(key("kind = 'encoder'", 1), key("kind = 'standardise'", 1));
    }

    #[test]
    fn a_cache_gives_what_was_fitted_for_the_same_purpose_and_survives_damage() {
        let directory = tempfile::tempdir().unwrap();
        let cache = directory.path().join("cache/features");
        let fits = std::cell::Cell::new(0);
        let files = FeatureFiles {
            cache: Some(&cache),
            ..FeatureFiles::default()
        };
        let map = || {
            let rows = Array2::from_shape_fn((20, 4), |(row, column)| (row * column) as f32);
            let engine = CpuEngine::default();
            let fitting = Fitting {
                engine: &engine,
                seed: 0,
                progress: &|_, _, _| {},
            };
            fits.set(fits.get() + 1);
            let stages: FeatureList =
                OneOrMany(vec![toml::from_str("kind = 'standardise'").unwrap()]);
            FeatureMap::fit(InputShape::flat(4), &stages.0, Some(rows.view()), fitting)
        };
        let first = files.read_or("one", map).unwrap();
        let again = files.read_or("one", map).unwrap();
        let row = ndarray::array![[1.0, 2.0, 3.0, 4.0]];
        let of = |map: &FeatureMap| map.apply(row.view()).unwrap();
        assert_eq!((of(&first), fits.get()), (of(&again), 1));
        files.read_or("two", map).unwrap();
        assert_eq!(fits.get(), 2);
        std::fs::write(cache.join("one.safetensors"), b"damaged").unwrap();
        assert_eq!(of(&files.read_or("one", map).unwrap()), of(&first));
        assert_eq!(fits.get(), 3);
        std::fs::remove_dir_all(&cache).unwrap();
        std::fs::write(&cache, b"no folder").unwrap();
        files.read_or("one", map).unwrap();
        assert_eq!(fits.get(), 4);
    }

    #[test]
    fn what_does_not_fit_is_said_before_anything_is_fitted() {
        let text = STAGES.replace("= 6", "= 65");
        let error = represented(&text, None, 1).err().unwrap().to_string();
        assert!(
            error.contains("[data] features") && error.contains("components"),
            "{error}"
        );
    }
}
