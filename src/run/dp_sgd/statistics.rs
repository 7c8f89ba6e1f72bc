//! Moments of the private records, which the network normalises its inputs by.

use anyhow::{Result, anyhow, bail, ensure};
use ndarray::ArrayView1;
use privet_accountant::DpEvent;
use privet_mechanisms::{Moments, NoiseSource, NoisyMoments, NoisyMomentsParameters};
use privet_training::data::{Dataset, InputShape, UnitIndex};
use privet_training::network::{Architecture, LayerSpec};

use crate::config::StatisticsTable;

/// The release of them before the first step.
pub(super) struct StatisticsPlan {
    mechanism: NoisyMoments,
    /// Values of an input in each channel.
    values: usize,
}

impl StatisticsPlan {
    pub(super) fn new(
        table: StatisticsTable,
        input: InputShape,
        declared_units: u64,
    ) -> Result<Self> {
        let (channels, values) = match input {
            InputShape::Image {
                channels,
                height,
                width,
            } => (channels, height * width),
            InputShape::Flat { features } => (features, 1),
            _ => bail!(
                "[dp_sgd] statistics: inputs of the shape {input} have no channels to normalise; leave the key \
                 out"
            ),
        };
        let mechanism = NoisyMoments::new(NoisyMomentsParameters {
            channels,
            clipping_norm: table.clipping_norm,
            noise_multiplier: table.noise_multiplier,
            declared_units,
        });
        Ok(Self {
            mechanism: mechanism.map_err(|error| anyhow!("[dp_sgd] statistics: {error}"))?,
            values,
        })
    }

    pub(super) fn event(&self) -> DpEvent {
        self.mechanism.event()
    }

    /// Numbers that it releases.
    pub(super) fn released(&self) -> usize {
        2 * self.mechanism.parameters().channels
    }

    /// The network behind the layer that normalises, which changes nothing yet.
    pub(super) fn before(&self, network: &Architecture) -> Result<Architecture> {
        let first = network.layers().first().map(|layer| &layer.spec);
        ensure!(
            !matches!(first, Some(LayerSpec::Embedding { .. })),
            "[dp_sgd] statistics: tokens of an embedding have no mean; leave the key out"
        );
        let channels = self.mechanism.parameters().channels;
        let nothing = Moments {
            means: vec![0.0; channels],
            deviations: vec![1.0; channels],
        };
        behind(nothing, network, 0)
    }

    /// The same network with the moments of the private units, released with noise.
    pub(super) fn release(
        &self,
        network: &Architecture,
        dataset: &Dataset,
        noise: &NoiseSource,
    ) -> Result<Architecture> {
        let examples = dataset.private.examples().expose_sensitive();
        let groups = dataset
            .private
            .units()
            .map(|units| units.expose_sensitive());
        let of_row = |row: usize| self.of_record(examples.inputs().row(row));
        let of_unit = |unit: usize| match groups {
            None => of_row(unit),
            Some(groups) => self.of_group(groups, unit, of_row),
        };
        let units = dataset.private.unit_count();
        // By the ranges of its plan the constants are finite, and deviations above 1e-14.
        let moments = self.mechanism.release(noise, &units, of_unit)?;
        behind(moments, network, 1)
    }

    /// Channel means, then channel mean squares, of one record.
    fn of_record(&self, row: ArrayView1<'_, f32>) -> Vec<f64> {
        let row = row.to_vec();
        let mean = |of: fn(f64) -> f64| {
            row.chunks(self.values).map(move |channel| {
                let sum: f64 = channel.iter().map(|&value| of(f64::from(value))).sum();
                sum / channel.len() as f64
            })
        };
        let squares = mean(|value| value * value);
        mean(|value| value).chain(squares).collect()
    }

    /// The mean of them over the records of one user that are used.
    fn of_group(
        &self,
        groups: &UnitIndex,
        unit: usize,
        of_row: impl Fn(usize) -> Vec<f64>,
    ) -> Vec<f64> {
        let rows = groups.rows(unit).unwrap_or_default();
        let mut mean = vec![0.0; self.released()];
        for &row in rows {
            for (mean, value) in mean.iter_mut().zip(of_row(row)) {
                *mean += value / rows.len() as f64;
            }
        }
        mean
    }

    /// What is done before the first step.
    pub(super) fn in_words(&self, unit: &str, is_group: bool) -> String {
        let used = match is_group {
            true => " (averaged over the records that are used)",
            false => "",
        };
        let NoisyMomentsParameters {
            channels,
            clipping_norm,
            noise_multiplier,
            declared_units,
        } = self.mechanism.parameters();
        format!(
            "statistics: of each {unit} the means and mean squares of {channels} channels{used}, clipped to an L2 norm \
             of {clipping_norm} on a grid of integers; summed, with exact Gaussian noise of {noise_multiplier} times \
             that norm, and divided by {declared_units}; inputs are normalised by the means and deviations that \
             follow, which are in the model"
        )
    }
}

/// A network without its first layers, behind one that normalises.
fn behind(moments: Moments, network: &Architecture, without: usize) -> Result<Architecture> {
    let norm = LayerSpec::PublicNorm {
        mean: moments.means,
        deviation: moments.deviations,
    };
    let kept = network.layers().iter().skip(without);
    let layers = std::iter::once(norm).chain(kept.map(|layer| layer.spec.clone()));
    Architecture::new(network.input(), layers.collect(), network.classes())
        .map_err(|error| anyhow!("[dp_sgd.network] {error}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plan(input: InputShape) -> StatisticsPlan {
        let table = StatisticsTable {
            noise_multiplier: 1.0,
            clipping_norm: 1.0,
        };
        StatisticsPlan::new(table, input, 10).unwrap()
    }

    #[test]
    fn a_record_gives_the_moments_of_its_channels() {
        let row = ndarray::array![1.0, 3.0, -2.0, -2.0];
        let image = plan(InputShape::image(2, 1, 2));
        assert_eq!(image.of_record(row.view()), [2.0, -2.0, 5.0, 4.0]);
        let flat = plan(InputShape::flat(4));
        let features = [1.0, 3.0, -2.0, -2.0, 1.0, 9.0, 4.0, 4.0];
        assert_eq!(flat.of_record(row.view()), features);
    }

    #[test]
    fn a_user_gives_the_mean_of_the_records() {
        let groups = UnitIndex::group_by(&[7, 8, 7], std::num::NonZeroUsize::MAX);
        let flat = plan(InputShape::flat(1));
        let of_row = |row: usize| vec![row as f64, 10.0];
        assert_eq!(flat.of_group(&groups, 0, of_row), [1.0, 10.0]);
        assert_eq!(flat.of_group(&groups, 1, of_row), [1.0, 10.0]);
        assert_eq!(flat.of_group(&groups, 2, of_row), [0.0, 0.0]);
    }
}
