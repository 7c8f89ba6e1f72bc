//! From the units of a logical batch to physical batches of rows.

use privet_gradients::{Batch, Units};

use super::PrivateUnits;
use super::record_streams::RecordStreams;
use super::settings::NoisySgdSettings;
use crate::augment::Augmentation;
use crate::data::InputShape;
use crate::plain::TrainingError;
use privet_learning::rows::{LabeledRows, RowBuffer};

/// Gathers the rows of units, with their augmented copies, one physical batch at a time, into
/// memory that is used again.
pub(super) struct Gatherer<'a> {
    units: PrivateUnits<'a>,
    shape: InputShape,
    copies: usize,
    physical_batch: usize,
    augment: Option<(Augmentation, RecordStreams)>,
    rows: RowBuffer,
    /// Rows of the gathered units, without copies.
    chosen: Vec<usize>,
    /// Rows of each gathered unit, copies included.
    sizes: Vec<usize>,
}

impl<'a> Gatherer<'a> {
    pub(super) fn new(
        units: PrivateUnits<'a>,
        shape: InputShape,
        settings: &NoisySgdSettings,
    ) -> Self {
        let streams = || RecordStreams::new(settings.seed, units.examples());
        Self {
            units,
            shape,
            copies: settings.copies,
            physical_batch: settings.physical_batch,
            augment: settings.augment.map(|augment| (augment, streams())),
            rows: RowBuffer::default(),
            chosen: Vec::new(),
            sizes: Vec::new(),
        }
    }

    /// Takes units off the front of `rest`, at least one if there is one, and gathers their rows:
    /// as many as make the physical batches that are left nearly equal.
    pub(super) fn next(
        &mut self,
        step: u64,
        rest: &mut &[usize],
    ) -> Result<Batch<'_>, TrainingError> {
        self.rows.clear();
        self.sizes.clear();
        self.chosen.clear();
        let chosen = *rest;
        let mut left = 0_usize;
        for &unit in chosen {
            let unit = self.units.rows(unit);
            let unit = unit.ok_or(TrainingError::ForeignExamples)?;
            left = left.saturating_add(unit.as_slice().len().saturating_mul(self.copies));
        }
        let parts = left.div_ceil(self.physical_batch).max(1);
        let most = left.div_ceil(parts);
        *rest = &[];
        let mut taken = 0_usize;
        for (position, &unit) in chosen.iter().enumerate() {
            let unit = self.units.rows(unit);
            let unit = unit.ok_or(TrainingError::ForeignExamples)?;
            let unit = unit.as_slice();
            let size = unit.len().saturating_mul(self.copies);
            if position > 0 && taken.saturating_add(size) > most {
                *rest = &chosen[position..];
                break;
            }
            taken = taken.saturating_add(size);
            self.chosen.extend_from_slice(unit);
            self.sizes.push(size);
        }
        self.gather(step).ok_or(TrainingError::ForeignExamples)?;
        Ok(Batch {
            examples: self.rows.examples(),
            units: match (self.units.are_records(), self.copies) {
                (true, 1) => Units::Rows,
                (true, copies) => Units::Copies(copies),
                (false, _) => Units::Sizes(&self.sizes),
            },
        })
    }

    /// Copies the chosen rows; `None` where one does not exist.
    fn gather(&mut self, step: u64) -> Option<()> {
        let examples = self.units.examples().expose_sensitive();
        let from = LabeledRows {
            inputs: examples.inputs(),
            labels: examples.labels(),
        };
        let Some((augment, streams)) = &self.augment else {
            // Copies are augmented ones: without augmentation there is one.
            return self.rows.extend(from, &self.chosen);
        };
        let streams = streams.step(step);
        for &row in &self.chosen {
            let mut generator = streams.generator(row);
            for _ in 0..self.copies {
                let copy = self.rows.push(from, row)?;
                augment.apply(copy, self.shape, &mut generator);
            }
        }
        Some(())
    }
}
