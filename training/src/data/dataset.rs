//! A data set: who it is, what is private, what is public.

use std::collections::HashMap;

use ndarray::{Array2, ArrayView2};
use privet_mechanisms::Sensitive;
use serde::Serialize;
use sha2::{Digest, Sha256};

use super::{
    DataError, Examples, FeatureList, HeldBackTruth, InputShape, Preprocessing, PublicInputs,
    PublicPool, RecordSplitter, Represented, UnitIndex, examples::append_input_bytes,
};

/// What may be said about a data set: public facts only.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct DatasetInfo {
    /// Short name: `census`, or what the user called it.
    pub name: String,
    /// Shape of one input.
    pub shape: InputShape,
    /// The label map: the name of class `i` is at position `i`.
    pub classes: Vec<String>,
    /// Licence, or "not stated".
    pub license: String,
    /// Whom to credit, as the licence asks; empty where nobody is named.
    pub attribution: String,
    /// Whether everything about the data is published, so that its counts and data-dependent values
    /// hide nothing.
    pub public_benchmark: bool,
    /// Who declares the pool and the test set public.
    pub public: PublicDeclaration,
    /// Size of the private part as a public constant, in records, or in users where records are grouped
    /// into them: published (benchmarks) or declared; never the realised count.
    pub declared_size: Option<usize>,
}

/// Who says that the pool and the test set are public.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PublicDeclaration {
    /// Where the public records come from.
    pub source: String,
    /// Who declares them public.
    pub declared_by: String,
}

/// The private records. Whatever depends on them, their number included, is sensitive.
#[derive(Clone)]
pub struct PrivateExamples {
    pub(super) examples: Sensitive<Examples>,
    units: Option<Sensitive<UnitIndex>>,
    split_by_content: bool,
}

impl PrivateExamples {
    /// Marks `examples` as sensitive.
    #[must_use]
    pub fn new(examples: Examples) -> Self {
        Self {
            examples: Sensitive::new(examples),
            units: None,
            split_by_content: false,
        }
    }

    /// Whether the content of a record decided that it is here: one that is replaced by another may
    /// then leave, and all behind it move up by a place.
    #[must_use]
    pub const fn are_split_by_content(&self) -> bool {
        self.split_by_content
    }

    /// The same records with what was read beside them: which of them belong together.
    #[must_use]
    pub(super) fn grouped(self, units: Option<Sensitive<UnitIndex>>) -> Self {
        Self { units, ..self }
    }

    /// The same without any record.
    pub(super) fn forgotten(self) -> Result<Self, DataError> {
        let examples = self.examples.expose_sensitive();
        let none = Array2::zeros((0, examples.inputs().ncols()));
        let none = Examples::new(none, Vec::new(), examples.classes(), "no private file")?;
        Ok(Self {
            examples: Sensitive::new(none),
            units: None,
            ..self
        })
    }

    /// The records, still marked.
    #[must_use]
    pub const fn examples(&self) -> &Sensitive<Examples> {
        &self.examples
    }

    /// Which records belong to one unit of privacy; `None` where each is a unit.
    #[must_use]
    pub const fn units(&self) -> Option<&Sensitive<UnitIndex>> {
        self.units.as_ref()
    }

    /// The true number of units of privacy, marked as sensitive.
    #[must_use]
    pub fn unit_count(&self) -> Sensitive<usize> {
        match &self.units {
            None => self.count(),
            Some(units) => units.as_ref().map(UnitIndex::len),
        }
    }

    /// The true number of records, marked as sensitive.
    #[must_use]
    pub fn count(&self) -> Sensitive<usize> {
        Sensitive::new(self.examples.expose_sensitive().len())
    }

    /// The records as `Sensitive`, taken out.
    #[must_use]
    pub fn into_examples(self) -> Sensitive<Examples> {
        self.examples
    }
}

/// A data set, split and encoded, ready for training.
#[derive(Clone)]
pub struct Dataset {
    /// Public facts.
    pub info: DatasetInfo,
    /// How raw records became inputs; stored with the exported model and applied to fresh rows at
    /// prediction.
    pub preprocessing: Preprocessing,
    /// Private records: what training is about.
    pub private: PrivateExamples,
    /// Public unlabelled inputs that the student may ask about.
    pub pool: PublicPool,
    /// True labels of the pool, for evaluation only; `None` where nobody knows them.
    pub pool_truth: Option<HeldBackTruth>,
    /// Public labelled test set; nothing in it is ever asked about. Empty where only the pool was
    /// loaded.
    pub test: Examples,
    /// What the inputs will become, until they have.
    pub(super) planned: Option<FeatureList>,
    /// What the inputs were, where features have taken their place.
    pub represented: Option<Represented>,
}

impl Dataset {
    /// Puts the parts together; without a test set there is an empty one.
    ///
    /// # Errors
    /// When a part is empty, the length of its inputs differs from the shape's, or a test input is
    /// also in the pool.
    pub(super) fn assemble(
        info: DatasetInfo,
        preprocessing: Preprocessing,
        private: Examples,
        pool: PublicPool,
        pool_truth: Option<HeldBackTruth>,
        test: Option<Examples>,
    ) -> Result<Self, DataError> {
        let without_test = test.is_none();
        let test = match test {
            Some(test) => test,
            None => {
                let none = Array2::zeros((0, info.shape.len()));
                Examples::new(none, Vec::new(), private.classes(), "no test file")?
            }
        };
        let widths = [
            ("private part", private.inputs().ncols(), private.len()),
            ("pool", pool.inputs().inputs().ncols(), pool.len()),
            ("test set", test.inputs().ncols(), test.len()),
        ];
        for (part, width, records) in widths {
            // Whether anybody's record is in the private part must not decide whether a run fails.
            let may_be_empty = part == "private part" || (part == "test set" && without_test);
            if records == 0 && !may_be_empty {
                return Err(DataError::EmptyPart {
                    dataset: info.name,
                    part,
                });
            }
            if width != info.shape.len() {
                return Err(DataError::PartShape {
                    dataset: info.name,
                    part,
                    expected: info.shape.len(),
                    found: width,
                });
            }
        }
        refuse_overlap(&info.name, pool.inputs().inputs(), test.inputs())?;
        debug_assert!(
            pool_truth
                .as_ref()
                .is_none_or(|truth| truth.len() == pool.len())
        );
        debug_assert_eq!(private.classes(), info.classes.len());
        Ok(Self {
            info,
            preprocessing,
            private: PrivateExamples::new(private),
            pool,
            pool_truth,
            test,
            planned: None,
            represented: None,
        })
    }
}

/// Splits the labelled records of one file and puts the parts together.
///
/// # Errors
/// As [`Dataset::assemble`].
pub(super) fn assemble_single(
    info: DatasetInfo,
    preprocessing: Preprocessing,
    examples: &Examples,
    splitter: &RecordSplitter,
) -> Result<Dataset, DataError> {
    let [private, pool, test] = splitter.split(examples);
    let truth = HeldBackTruth::new(pool.labels().to_vec());
    let pool = PublicPool::new(PublicInputs::new(pool.inputs().to_owned(), &info.name)?);
    let mut dataset =
        Dataset::assemble(info, preprocessing, private, pool, Some(truth), Some(test))?;
    dataset.private.split_by_content = true;
    Ok(dataset)
}

/// Refuses a test set that holds an input of the pool: a label released for it would be a label of
/// the test set.
fn refuse_overlap(
    dataset: &str,
    pool: ArrayView2<'_, f32>,
    test: ArrayView2<'_, f32>,
) -> Result<(), DataError> {
    let digest = |input| {
        let mut bytes = Vec::new();
        append_input_bytes(input, &mut bytes);
        <[u8; 32]>::from(Sha256::digest(&bytes))
    };
    let asked: HashMap<[u8; 32], usize> = pool.rows().into_iter().map(digest).zip(0..).collect();
    for (record, input) in test.rows().into_iter().enumerate() {
        if let Some(&pool_record) = asked.get(&digest(input)) {
            return Err(DataError::Overlap {
                dataset: dataset.to_owned(),
                record,
                pool_record,
            });
        }
    }
    Ok(())
}
