//! Noisy SGD plans and sums that tests start from.

use privet_mechanisms::correlated::NoiseStrategy;
use privet_mechanisms::{
    Arithmetic, ClippedSum, Clipping, DrawnBatch, IntegerSum, NoisySgdParameters, NoisySgdRun,
    Sampling, Sensitive,
};

/// A plan with Poisson sampling; everything else is there to be changed.
pub(crate) fn poisson(sampling_probability: f64) -> NoisySgdParameters {
    NoisySgdParameters {
        sampling: Sampling::Poisson {
            sampling_probability,
        },
        declared_units: 10,
        steps: 1,
        clipping: Clipping::Flat { norm: 1.0 }.into(),
        noise: NoiseStrategy::independent(),
        noise_multiplier: 1.0,
        arithmetic: Arithmetic::Float,
    }
}

/// `sum` as that of a batch whose units need no clipping.
pub(crate) fn sum_of(run: &NoisySgdRun, batch: &DrawnBatch, sum: Vec<f32>) -> ClippedSum {
    let norms = batch.size().map(|size| vec![0.0; size]);
    ClippedSum::new(run.clipping(), Sensitive::new(sum), &norms)
}

/// The same on the run's grid.
pub(crate) fn integer_sum_of(run: &NoisySgdRun, batch: &DrawnBatch, sum: Vec<i64>) -> IntegerSum {
    let norms = batch.size().map(|size| vec![0.0; size]);
    let grid = run.grid(sum.len()).unwrap().unwrap();
    IntegerSum::new(run.clipping(), Sensitive::new(sum), grid, &norms).unwrap()
}

/// Releases a sum of zeros, in the plan's arithmetic, over units that had these norms.
pub(crate) fn release_zeros(
    run: &mut NoisySgdRun,
    batch: DrawnBatch,
    length: usize,
    norms: &Sensitive<Vec<f64>>,
) -> Vec<f32> {
    let clipping = run.clipping().clone();
    let released = match run.grid(length).unwrap() {
        None => {
            let zeros = Sensitive::new(vec![0.0; length]);
            run.release(batch, ClippedSum::new(&clipping, zeros, norms))
        }
        Some(grid) => {
            let zeros = Sensitive::new(vec![0; length]);
            let sum = IntegerSum::new(&clipping, zeros, grid, norms).unwrap();
            run.release_exact(batch, sum)
        }
    };
    released.unwrap()
}
