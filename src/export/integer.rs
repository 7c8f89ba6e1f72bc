//! `model.integer.json`: a model in whole numbers, for encrypted inference.

use anyhow::{Context, Result, anyhow, ensure};
use ndarray::ArrayView2;
use privet_export::ModelDescription;
use privet_integer::{
    Description, EncodingExample, IntegerFile, Quantised, Settings, TrainedLayer, WorstCase,
    quantise, worst_case,
};
use privet_training::data::{Column, InputGrid, Preprocessing, ValueRange};
use privet_training::network::{Architecture, Network, Profile};
use privet_training::seed::seeded_generator;
use rand::RngExt;

/// What the file is called.
pub(crate) const FILE_NAME: &str = "model.integer.json";

/// Examples that are made where none are given: the ends of the grid, and some between.
const DRAWN: u64 = 6;

/// The most examples taken of a file of public rows.
const GIVEN: usize = 16;

/// Whether a model can be written in whole numbers.
///
/// # Errors
/// Why it cannot.
pub(crate) fn check(network: &Network, description: &ModelDescription) -> Result<InputGrid> {
    ensure!(
        description.features.is_none(),
        "the model takes features, and encrypted inference inputs as they are: train it without [data] \
         features"
    );
    grid_for(network.architecture(), description.preprocessing.grid())
}

/// The same before it is trained, with how weights are to be rounded. A network whose scores might
/// not fit gives a warning: trained weights are usually far from the worst case.
///
/// # Errors
/// Why it cannot.
pub(crate) fn check_trainable(
    architecture: &Architecture,
    grid: Option<InputGrid>,
    settings: Settings,
) -> Result<Option<String>> {
    let grid = grid_for(architecture, grid)?;
    Ok(match worst_case(architecture, grid, settings)? {
        WorstCase::Fits { .. } => None,
        WorstCase::MayOverflow {
            bits,
            position,
            kind,
        } => Some(format!(
            "layer {position} (`{kind}`) may need up to {bits} bits, more than 128: whether the integer file \
             can be written shows when the model is trained; weight_bits = {} or fewer input_bits would need \
             less",
            settings.weight_bits.saturating_sub(2).max(2)
        )),
    })
}

fn grid_for(architecture: &Architecture, grid: Option<InputGrid>) -> Result<InputGrid> {
    let grid = grid.ok_or_else(|| {
        anyhow!(
            "the model takes inputs of any value: train it with [data] input_bits, so that they lie on a \
             public grid"
        )
    })?;
    Profile::EncryptedInference.check(architecture)?;
    Ok(grid)
}

/// The file, and how far its scores can be from the network's, proven.
pub(crate) fn file(
    network: &Network,
    description: &ModelDescription,
    settings: Settings,
    examples: Examples<'_>,
) -> Result<(IntegerFile, f64)> {
    let grid = check(network, description)?;
    let architecture = network.architecture();
    let trained = TrainedLayer::from_flat(architecture, &network.flat_parameters())?;
    let Quantised {
        model,
        largest_difference,
    } = quantise(architecture, &trained, grid, settings)?;
    let most = model.most_golden();
    let inputs = match examples {
        Examples::Drawn => drawn(grid, architecture.input().len(), most),
        Examples::Public(rows) => {
            let rows = rows.rows().into_iter().take(GIVEN.min(most));
            let numbers = rows.map(|row| model.numbers(&row.to_vec()));
            numbers.collect::<Result<_, _>>()?
        }
        Examples::Numbers(inputs) => inputs.to_vec(),
    };
    let said = Description {
        dataset: description.dataset.clone(),
        classes: description.classes.clone(),
        preprocessing: serde_json::to_value(&description.preprocessing)?,
        privacy: description.privacy.clone(),
        statement_sha256: description.statement_sha256.clone(),
    };
    let file = IntegerFile::new(model, said, &inputs)
        .and_then(|file| file.with_encoding(encoding(&description.preprocessing, grid)))
        .context("the examples do not fit")?;
    Ok((file, largest_difference))
}

/// Where the inputs of the golden vectors are from. A golden vector publishes its input.
#[derive(Clone, Copy)]
pub(crate) enum Examples<'a> {
    /// The ends of the grid and numbers drawn by chance: from no data at all.
    Drawn,
    /// Encoded rows that somebody has said are public.
    Public(ArrayView2<'a, f32>),
    /// Numbers of levels.
    Numbers(&'a [Vec<i64>]),
}

/// What the encoding makes of raw numbers, for whoever encodes them elsewhere.
fn encoding(preprocessing: &Preprocessing, grid: InputGrid) -> Vec<EncodingExample> {
    let mut examples = match preprocessing {
        Preprocessing::Pixels { scaling, .. } => {
            let [_, _, offset, divisor] = scaling.constants();
            let raw = |value| value * divisor + offset;
            EncodingExample::near_ties(None, grid, true, raw, |raw| scaling.scale(raw))
        }
        Preprocessing::Table { schema } => schema
            .columns()
            .iter()
            .filter_map(|column| match column {
                Column::Numeric {
                    name,
                    min,
                    max,
                    transform,
                } => Some((name, *min, *max, *transform)),
                _ => None,
            })
            .flat_map(|(name, min, max, transform)| {
                let symmetric = schema.range() == ValueRange::Symmetric;
                let raw = |value: f64| {
                    let unit = if symmetric {
                        (value + 1.0) / 2.0
                    } else {
                        value
                    };
                    match transform {
                        None => min + unit * (max - min),
                        Some(_) => min + (unit * (max - min).ln_1p()).exp_m1(),
                    }
                };
                let encode = |raw| schema.encode_number(raw, min, max, transform);
                EncodingExample::near_ties(Some(name), grid, transform.is_none(), raw, encode)
            })
            .collect(),
    };
    examples.truncate(EncodingExample::MOST);
    examples
}

fn drawn(grid: InputGrid, width: usize, most: usize) -> Vec<Vec<i64>> {
    let range = grid.lowest()..=grid.highest();
    let chance = (0..DRAWN).map(|number| {
        let mut generator = seeded_generator(0, "golden vector", number);
        (0..width)
            .map(|_| generator.random_range(range.clone()))
            .collect()
    });
    let ends = [grid.lowest(), grid.highest()].map(|end| vec![end; width]);
    ends.into_iter().chain(chance).take(most).collect()
}
