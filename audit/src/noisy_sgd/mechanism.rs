//! The mechanism of noisy SGD on canaries alone.

use privet_mechanisms::noisy_sgd::{add_clipped, add_clipped_to_grid};
use privet_mechanisms::{
    ClippedSum, Clipping, DrawnBatch, Grid, IntegerSum, NoiseSource, NoisySgdMechanism,
    NoisySgdRun, Sensitive,
};
use rand::Rng;

use crate::AuditError;
use crate::error::in_range;
use crate::one_run::Canary;

/// Canaries of which each has a coordinate of its own.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct MechanismCanaries {
    /// How many there are.
    pub count: usize,
    /// What each adds to a sum, in clipping norms. 1 is the most that clipping leaves of a gradient;
    /// more is a clipping that does not work.
    pub length: f64,
}

/// Runs `plan` on those canaries whose coin fell so, and scores each by the sum of its coordinate
/// over all releases. Sampling, clipping state, noise and releases are the mechanism's own code;
/// networks and engines have no part in it.
///
/// A coin that fell the other way leaves its canary out, so this is add-or-remove-one. Each canary
/// adds [`sensitivity`](Clipping::sensitivity) times its length, as one layer.
///
/// # Errors
/// No canary, a length that is not positive, and those of the mechanism.
pub fn audit_mechanism(
    plan: &NoisySgdMechanism,
    canaries: MechanismCanaries,
    noise: &NoiseSource,
) -> Result<Vec<Canary>, AuditError> {
    let MechanismCanaries { count, length } = canaries;
    in_range("canaries", count as f64, count > 0, "at least 1")?;
    let valid = length > 0.0 && length.is_finite();
    in_range("length", length, valid, "a finite number above 0")?;
    let mut coins = noise.stream("coins of an audit", 0);
    let mut scores: Vec<Canary> = (0..count)
        .map(|_| Canary {
            score: 0.0,
            included: coins.next_u64() & 1 == 1,
        })
        .collect();
    let all = scores.iter().enumerate();
    let included = all.filter_map(|(index, canary)| canary.included.then_some(index));
    let included: Vec<usize> = included.collect();
    let mut run = plan.start(noise, Sensitive::new(included.len()))?;
    while let Some(batch) = run.next_batch() {
        let chosen = batch.indices();
        let chosen = chosen.expose_sensitive().iter();
        let chosen: Vec<usize> = chosen
            .filter_map(|&unit| included.get(unit).copied())
            .collect();
        let released = step(&mut run, batch, &chosen, canaries)?;
        for (canary, value) in scores.iter_mut().zip(released) {
            canary.score += f64::from(value);
        }
    }
    Ok(scores)
}

/// Releases the sum of the chosen canaries.
fn step(
    run: &mut NoisySgdRun,
    batch: DrawnBatch,
    chosen: &[usize],
    canaries: MechanismCanaries,
) -> Result<Vec<f32>, AuditError> {
    let clipping = run.clipping().clone();
    // The rule is told the norm that it leaves, and given what the broken one would leave.
    let norm = clipping.sensitivity();
    let norms = Sensitive::new(vec![norm; chosen.len()]);
    let left = norm * canaries.length;
    Ok(match run.grid(canaries.count)? {
        None => {
            let mut sum = vec![0.0; canaries.count];
            for &index in chosen {
                add_clipped(&mut sum[index..=index], &[left as f32], left);
            }
            let sum = ClippedSum::new(&clipping, Sensitive::new(sum), &norms);
            run.release(batch, sum)?
        }
        Some(grid) => {
            let sum = on_grid(&clipping, grid, chosen, canaries, norms)?;
            run.release_exact(batch, sum)?
        }
    })
}

fn on_grid(
    clipping: &Clipping,
    grid: Grid,
    chosen: &[usize],
    canaries: MechanismCanaries,
    norms: Sensitive<Vec<f64>>,
) -> Result<IntegerSum, AuditError> {
    let mut sum = vec![0; canaries.count];
    let left = (clipping.sensitivity() * canaries.length) as f32;
    for &index in chosen {
        match canaries.length <= 1.0 {
            true => {
                add_clipped_to_grid(&mut sum[index..=index], &[left], &grid);
            }
            false => sum[index] += grid.units(left.into()),
        }
    }
    Ok(IntegerSum::new(
        clipping,
        Sensitive::new(sum),
        grid,
        &norms,
    )?)
}
