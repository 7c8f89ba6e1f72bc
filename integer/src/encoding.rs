//! Examples of the encoding: what it makes of raw numbers at and near the ties of its rounding.

use privet_gradients::network::InputGrid;
use serde::{Deserialize, Serialize};

use crate::error::IntegerError;

/// How far beside a tie the others lie, in levels: more than double precision rounds.
const BESIDE: f64 = 1e-6;

/// A raw number of a column, or of any pixel, and the number of the level that it becomes. Both
/// follow from public constants: no record is looked at.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EncodingExample {
    /// Name of the table's column; none where all numbers of the input are encoded alike.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub column: Option<String>,
    /// The raw number.
    pub raw: f64,
    /// The number of the level.
    pub number: i64,
}

impl EncodingExample {
    /// Examples of a file, at most.
    pub const MOST: usize = 4096;

    /// Examples for one column, or for all pixels: both ends of the grid, its middle, and at the
    /// lowest, the middle and the highest tie between levels a number on each side and, where
    /// `with_ties`, the tie itself (leave ties out where the encoding is not plain arithmetic: other
    /// logarithms may round differently).
    ///
    /// `raw` gives a raw number for an encoded value in front of the rounding; `encode` is the whole
    /// encoding of a raw number and decides. Raw numbers that it makes no level of are left out.
    #[must_use]
    pub fn near_ties(
        column: Option<&str>,
        grid: InputGrid,
        with_ties: bool,
        raw: impl Fn(f64) -> f64,
        encode: impl Fn(f64) -> f32,
    ) -> Vec<Self> {
        let (low, high) = (grid.lowest() as f64, grid.highest() as f64);
        let middle = ((low + high) / 2.0).floor();
        let mut levels = vec![low, middle, high];
        for tie in [low + 0.5, middle + 0.5, high - 0.5] {
            levels.extend([tie - BESIDE, tie + BESIDE]);
            levels.extend(with_ties.then_some(tie));
        }
        levels.sort_by(f64::total_cmp);
        levels.dedup();
        let examples = levels.into_iter().filter_map(|level| {
            let raw = raw(level / high);
            Some(Self {
                column: column.map(str::to_owned),
                raw,
                number: grid.number_of_level(encode(raw))?,
            })
        });
        examples.filter(|example| example.raw.is_finite()).collect()
    }
}

/// Refuses examples that are none of a grid, and too many.
pub(crate) fn check_examples(
    examples: &[EncodingExample],
    grid: InputGrid,
) -> Result<(), IntegerError> {
    if examples.len() > EncodingExample::MOST {
        return Err(IntegerError::TooLarge {
            what: "examples of the encoding",
            found: examples.len() as u64,
            most: EncodingExample::MOST as u64,
            remedy: "give those of fewer columns",
        });
    }
    let range = grid.lowest()..=grid.highest();
    let fits =
        |example: &&EncodingExample| example.raw.is_finite() && range.contains(&example.number);
    match examples.iter().find(|example| !fits(example)) {
        None => Ok(()),
        Some(EncodingExample { raw, number, .. }) => Err(IntegerError::File {
            place: "encoding".into(),
            reason: format!("{raw} cannot become {number}: levels are {range:?}"),
        }),
    }
}
