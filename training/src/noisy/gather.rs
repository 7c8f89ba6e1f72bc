//! From the units of a logical batch to physical batches of rows.

use privet_gradients::{Batch, Units};

use super::PrivateUnits;
use super::record_streams::{RecordStreams, StepStreams};
use super::settings::NoisySgdSettings;
use crate::augment::Augmentation;
use crate::data::InputShape;
use crate::plain::TrainingError;
use crate::rows::{LabeledRows, RowBuffer};

/// Gathers the rows of units, with their augmented copies, one physical batch at a time, into
/// memory that is used again.
pub(super) struct Gatherer<'a> {
    units: PrivateUnits<'a>,
    shape: InputShape,
    copies: usize,
    physical_batch: usize,
    augment: Option<(Augmentation, RecordStreams)>,
    rows: RowBuffer,
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
            sizes: Vec::new(),
        }
    }

    /// Takes as many of the units at `rest` as fit off its front, at least one if there is one, and
    /// gathers their rows.
    pub(super) fn next(
        &mut self,
        step: u64,
        rest: &mut &[usize],
    ) -> Result<Batch<'_>, TrainingError> {
        self.rows.clear();
        self.sizes.clear();
        let streams = self.augment.as_ref();
        let streams = streams.map(|(augment, streams)| (*augment, streams.step(step)));
        let examples = self.units.examples().expose_sensitive();
        let from = LabeledRows {
            inputs: examples.inputs(),
            labels: examples.labels(),
        };
        let chosen = *rest;
        *rest = &[];
        for (position, &unit) in chosen.iter().enumerate() {
            let unit = self
                .units
                .rows(unit)
                .ok_or(TrainingError::ForeignExamples)?;
            let unit = unit.as_slice();
            let size = unit.len().saturating_mul(self.copies);
            if position > 0 && self.rows.len().saturating_add(size) > self.physical_batch {
                *rest = &chosen[position..];
                break;
            }
            for &row in unit {
                push(&mut self.rows, from, row, self.copies, streams, self.shape)
                    .ok_or(TrainingError::ForeignExamples)?;
            }
            self.sizes.push(size);
        }
        Ok(Batch {
            examples: self.rows.examples(),
            units: match (self.units.are_records(), self.copies) {
                (true, 1) => Units::Rows,
                (true, copies) => Units::Copies(copies),
                (false, _) => Units::Sizes(&self.sizes),
            },
        })
    }
}

/// Appends the copies of one row; `None` where there is no such row.
fn push(
    rows: &mut RowBuffer,
    from: LabeledRows<'_>,
    row: usize,
    copies: usize,
    streams: Option<(Augmentation, StepStreams<'_>)>,
    shape: InputShape,
) -> Option<()> {
    let mut generator = streams.map(|(augment, streams)| (augment, streams.generator(row)));
    for _ in 0..copies {
        let copy = rows.push(from, row)?;
        if let Some((augment, generator)) = &mut generator {
            augment.apply(copy, shape, generator);
        }
    }
    Some(())
}
