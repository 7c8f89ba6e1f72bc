//! `model.integer.json`: a model in whole numbers, for encrypted inference.

use anyhow::{Context, Result, anyhow};
use ndarray::ArrayView2;
use privet_export::ModelDescription;
use privet_integer::{
    Description, IntegerFile, IntegerParameters, Quantised, Settings, TrainedLayer, quantise,
};
use privet_training::data::InputGrid;
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
    grid_for(network.architecture(), description.preprocessing.grid())
}

/// The same before it is trained, with how weights are to be rounded.
///
/// # Errors
/// Why it cannot.
pub(crate) fn check_trainable(
    architecture: &Architecture,
    grid: Option<InputGrid>,
    settings: Settings,
) -> Result<()> {
    grid_for(architecture, grid)?;
    settings.validate().context("[export]")
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
    let inputs = match examples {
        Examples::Drawn => drawn(grid, architecture.input().len()),
        Examples::Public(rows) => {
            let rows = rows.rows().into_iter().take(GIVEN);
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
    let file = IntegerFile::new(model, said, &inputs).context("the examples do not fit")?;
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

fn drawn(grid: InputGrid, width: usize) -> Vec<Vec<i64>> {
    let range = grid.lowest()..=grid.highest();
    let chance = (0..DRAWN).map(|number| {
        let mut generator = seeded_generator(0, "golden vector", number);
        (0..width)
            .map(|_| generator.random_range(range.clone()))
            .collect()
    });
    let ends = [grid.lowest(), grid.highest()].map(|end| vec![end; width]);
    ends.into_iter().chain(chance).collect()
}

/// The bits that the weights of a file were rounded to: the largest weight of each layer has them all.
pub(super) fn settings_of(file: &IntegerFile) -> Settings {
    let layers = file.model().layers().iter();
    let weights = layers.filter_map(|layer| layer.parameters());
    let largest = weights.flat_map(|own: &IntegerParameters| own.weights.iter());
    let largest = largest.map(|weight| weight.unsigned_abs()).max();
    Settings {
        // A network of zeros alone has weights of any number of bits.
        weight_bits: (1 + (largest.unwrap_or_default() + 1).ilog2()).clamp(2, 16),
    }
}
