//! How a batch is cut: into strips, which threads share, and blocks, which caches hold.

use super::plan::{Operation, Plan};

/// Multiply-adds of a strip for each parameter, at least: adding up the strips, which waits for
/// memory, then takes some percent of the time.
const WORK_A_PARAMETER: usize = 700;

/// Multiply-adds of a batch for each parameter from which two strips are better than one whatever the
/// share says, if two threads are there to take them: the second sum costs some percent, and a
/// thread that has nothing to do costs half.
const WORK_TO_SPLIT: usize = 100;

/// Multiply-adds of a batch below which it is not split for that: some milliseconds of one thread.
const WORTH_SPLITTING: usize = 1 << 28;

/// Strips of a batch, at most.
const STRIPS: usize = 16;

/// Values that the sums of all strips may hold together: 128 MiB.
const SUMS: usize = 1 << 25;

/// Values that a block's memory aims at: a third of a second-level cache of 2 MiB, which may be shared.
const BLOCK: usize = 5 << 15;

/// Values of gradients that a block on a grid holds: 64 MiB.
const HELD: usize = 1 << 24;

/// Rows of a block, at most.
const ROWS: usize = 256;

/// How many strips a batch of so many units has.
///
/// The number follows from public sizes and the batch alone, not from the number of threads: the rounding
/// of a sum must not depend on the machine's load.
pub(super) fn strips_of(plan: &Plan, units: usize) -> usize {
    let work = plan.multiply_adds().max(1);
    let share = 1 + WORK_A_PARAMETER * plan.parameters / work;
    let most = (SUMS / plan.parameters.max(1)).clamp(2, STRIPS);
    let worth = WORTH_SPLITTING.max(WORK_TO_SPLIT * plan.parameters);
    let least = 1 + usize::from(units.saturating_mul(work) >= worth);
    // A power of two, so that two or four threads have as much to do each.
    units.div_ceil(share).clamp(least, most).next_power_of_two()
}

/// How many rows are taken through the network at a time.
pub(super) fn rows_a_block(plan: &Plan, clipped: bool, grid: bool) -> usize {
    let values: usize = plan.values.iter().sum();
    let made: usize = plan
        .steps
        .iter()
        .filter(|step| match &step.operation {
            Operation::Matrix(matrix) => grid || clipped && !matrix.measures_by_gram(1),
            _ => false,
        })
        .map(|step| step.size())
        .sum();
    let fits = BLOCK / (2 * values + made).max(1);
    // Weights that do not fit the cache are read once a block: many rows share them then.
    let share = plan.parameters / (4 * values).max(1);
    // On a grid the gradient of every row is held.
    let held = match grid {
        true => HELD / made.max(1),
        false => ROWS,
    };
    fits.max(share.min(held)).clamp(1, ROWS)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::network::{Architecture, InputShape, NetworkSpec, Preset};
    use crate::objective::Variables;

    fn plan(spec: &NetworkSpec, shape: InputShape) -> Plan {
        let architecture: Architecture = spec.resolve(shape, 10).unwrap();
        Plan::new(&architecture, Variables::Parameters).unwrap()
    }

    #[test]
    fn heavy_batches_are_shared_and_light_ones_are_not() {
        let wide = plan(&NetworkSpec::mlp(&[1024, 1024]), InputShape::flat(784));
        assert_eq!([32, 64, 256].map(|rows| strips_of(&wide, rows)), [1, 2, 2]);
        // More threads have something to do where there is more work for each parameter.
        assert!(strips_of(&wide, 1024) >= 4);
        let images = InputShape::image(1, 28, 28);
        let small = plan(&NetworkSpec::preset(Preset::Cnn), images);
        assert_eq!(strips_of(&small, 16), 1);
        assert_eq!(strips_of(&small, 1024), STRIPS);
        // Hardly any work at all.
        let linear = plan(&NetworkSpec::preset(Preset::Linear), InputShape::flat(64));
        assert_eq!(strips_of(&linear, 64), 1);
    }
}
