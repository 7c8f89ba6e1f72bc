//! Noisy SGD plans and sums that tests start from.

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
