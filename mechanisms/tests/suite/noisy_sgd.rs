//! Noisy SGD releases (sum + noise of the planned size) / constant.

use privet_accountant::NeighboringRelation::AddOrRemoveOne;
use privet_mechanisms::noisy_sgd::CLIPPING_SLACK;
use privet_mechanisms::{
    AdaptiveClipping, ClippedSum, Clipping, ClippingPlan, DpEvent, MechanismError, NoiseSource,
    NoisySgdMechanism, NoisySgdParameters, Sampling, Sensitive,
};

use crate::plans::{poisson, sum_of};
use crate::statistics::assert_normal;

fn parameters() -> NoisySgdParameters {
    NoisySgdParameters {
        declared_units: 6400,
        steps: 20,
        clipping: Clipping::Flat { norm: 0.7 }.into(),
        noise_multiplier: 1.3,
        ..poisson(0.01)
    }
}

/// The released values of all steps when every clipped sum is `sum`.
fn release_all(
    parameters: NoisySgdParameters,
    seed: u64,
    units: usize,
    sum: &[f32],
) -> Vec<Vec<f32>> {
    let plan = NoisySgdMechanism::new(parameters).unwrap();
    let source = NoiseSource::danger_fixed_seed(seed);
    let mut run = plan.start(&source, Sensitive::new(units)).unwrap();
    let mut released = Vec::new();
    while let Some(batch) = run.next_batch() {
        let sum = sum_of(&run, &batch, sum.to_vec());
        released.push(run.release(batch, sum).unwrap());
    }
    assert_eq!((released.len(), run.released()), (20, 20));
    released
}

#[test]
fn the_noise_has_the_planned_deviation_in_every_step() {
    let zeros = vec![0.0; 100_000];
    let released = release_all(parameters(), 1, 5000, &zeros);
    let mut noise: Vec<f64> = released
        .concat()
        .iter()
        .map(|&x| f64::from(x) * 64.0)
        .collect();
    assert_normal(&mut noise, 1.3 * 0.7);
    assert_ne!(released[0], released[1]);
}

#[test]
fn the_noise_is_added_to_the_sum_and_the_divisor_is_the_constant() {
    let (bare, shifted) = (
        release_all(parameters(), 2, 5000, &[0.0; 8]),
        release_all(parameters(), 2, 5000, &[32.0; 8]),
    );
    for (x, y) in bare.concat().iter().zip(shifted.concat()) {
        assert!((y - x - 0.5).abs() < 1e-6);
    }
}

/// No units at all: every batch is empty, and every step is the same noise as with units.
#[test]
fn an_empty_batch_is_a_noise_only_step() {
    let (none, some) = (
        release_all(parameters(), 3, 0, &[0.0; 50]),
        release_all(parameters(), 3, 5000, &[0.0; 50]),
    );
    assert_eq!(none, some);
    assert!(none.concat().iter().all(|&x| x != 0.0));
}

/// Per layer the noise is made for all layers together, also where one layer has a small norm.
#[test]
fn the_noise_is_made_for_the_sensitivity_of_the_rule() {
    let norms = vec![3.0, 4.0, 12.0];
    for (clipping, sensitivity) in [
        (Clipping::PerLayer { norms }, 13.0),
        (
            Clipping::Automatic {
                norm: 2.5,
                stability: 0.01,
            },
            2.5,
        ),
    ] {
        let parameters = NoisySgdParameters {
            clipping: clipping.into(),
            ..parameters()
        };
        let released = release_all(parameters, 4, 1000, &vec![0.0; 20_000]);
        let noise = released.concat();
        let mut noise: Vec<f64> = noise.iter().map(|&x| f64::from(x) * 64.0).collect();
        assert_normal(&mut noise, 1.3 * sensitivity);
    }
}

#[test]
fn parts_of_a_batch_make_the_same_step_as_the_whole() {
    let release = |parts: &[&[f32]]| {
        let plan = NoisySgdMechanism::new(NoisySgdParameters {
            sampling: Sampling::Poisson {
                sampling_probability: 1.0,
            },
            clipping: ClippingPlan::Adaptive(AdaptiveClipping {
                initial_norm: 0.3,
                target_quantile: 0.5,
                learning_rate: 0.2,
                count_noise: 2.0,
            }),
            ..parameters()
        })
        .unwrap();
        let source = NoiseSource::danger_fixed_seed(5);
        let mut run = plan.start(&source, Sensitive::new(4)).unwrap();
        let batch = run.next_batch().unwrap();
        let mut sums = parts.iter().map(|units| {
            let sum = Sensitive::new(vec![units.iter().sum::<f32>(); 3]);
            let norms = units.iter().map(|&unit| f64::from(unit)).collect();
            ClippedSum::new(run.clipping(), sum, &Sensitive::new(norms))
        });
        let mut total = sums.next().unwrap();
        sums.for_each(|part| total.add(part).unwrap());
        let released = run.release(batch, total)?;
        Ok((released, run.state()))
    };
    let whole = release(&[&[0.5, 0.25, 0.125, 0.25]]).unwrap();
    assert_eq!(
        whole,
        release(&[&[0.5, 0.25], &[0.125], &[], &[0.25]]).unwrap()
    );
    assert_ne!(whole.0, release(&[&[0.5, 0.25, 0.125], &[0.0]]).unwrap().0);
    let forgotten = release(&[&[0.5, 0.25], &[0.125]]);
    assert_eq!(forgotten, Err(MechanismError::UnitsOfAnotherBatch));
}

/// Several chunks of noise, drawn on one thread or on three, added to a sum in f32 or in f64.
#[test]
fn a_step_does_not_depend_on_threads_or_on_how_the_sum_was_kept() {
    let release = |threads: usize, in_parts: bool| {
        let plan = NoisySgdMechanism::new(parameters()).unwrap();
        let source = NoiseSource::danger_fixed_seed(7);
        let mut run = plan.start(&source, Sensitive::new(500)).unwrap();
        let batch = run.next_batch().unwrap();
        let mut sum = sum_of(&run, &batch, vec![0.5; 9000]);
        if in_parts {
            let zeros = Sensitive::new(vec![0.0; 9000]);
            let nobody = ClippedSum::new(run.clipping(), zeros, &Sensitive::new(vec![]));
            sum.add(nobody).unwrap();
        }
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads);
        let pool = pool.build().unwrap();
        pool.install(|| run.release(batch, sum).unwrap())
    };
    let one = release(1, false);
    assert_eq!(one, release(3, false));
    assert_eq!(one, release(3, true));
}

#[test]
fn the_event_is_that_of_the_plan() {
    let plan = NoisySgdMechanism::new(parameters()).unwrap();
    let gaussian = || DpEvent::gaussian(1.3).unwrap();
    let step = DpEvent::poisson_sampled(0.01, gaussian()).unwrap();
    let times = |step: &DpEvent, count| DpEvent::self_composed(step.clone(), count).unwrap();
    assert_eq!(plan.event(AddOrRemoveOne).unwrap(), times(&step, 20));
    assert_eq!(
        plan.event_after(AddOrRemoveOne, 7).unwrap(),
        times(&step, 7)
    );
    assert_eq!(plan.parameters(), &parameters());
    assert_eq!(plan.expected_batch_size(), 64.0);
    let run = plan
        .start(&NoiseSource::danger_fixed_seed(6), Sensitive::new(9))
        .unwrap();
    assert_eq!(
        run.noise_standard_deviation(),
        1.3 * 0.7 * (1.0 + CLIPPING_SLACK)
    );

    let with = |sampling| {
        NoisySgdMechanism::new(NoisySgdParameters {
            sampling,
            ..parameters()
        })
        .unwrap()
    };
    let plan = with(Sampling::TruncatedPoisson {
        sampling_probability: 0.01,
        maximum_batch_size: 60,
        maximum_units: 7000,
    });
    let step = DpEvent::truncated_subsampled_gaussian(7000, 0.01, 60, 1.3).unwrap();
    assert_eq!(plan.event(AddOrRemoveOne).unwrap(), times(&step, 20));
    assert_eq!(plan.expected_batch_size(), 60.0);

    let plan = with(Sampling::RandomAllocation {
        steps_per_epoch: 8,
        selected: 2,
    });
    let epoch = DpEvent::random_allocation(8, 2, gaussian()).unwrap();
    assert_eq!(
        plan.event(AddOrRemoveOne).unwrap(),
        times(&epoch, 3),
        "a part of an epoch is charged whole"
    );
    assert_eq!(
        plan.event_after(AddOrRemoveOne, 16).unwrap(),
        times(&epoch, 2)
    );
    assert_eq!(
        plan.event_after(AddOrRemoveOne, 17).unwrap(),
        times(&epoch, 3)
    );
    assert_eq!(plan.expected_batch_size(), 1600.0);
}
