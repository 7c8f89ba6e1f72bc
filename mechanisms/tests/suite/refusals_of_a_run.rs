//! What a running noisy SGD refuses: batches, sums and states that are not its own.

use privet_mechanisms::{
    ClippedSum, Clipping, ClippingPlan, DrawnBatch, MechanismError, NoiseSource, NoisySgdMechanism,
    NoisySgdParameters, NoisySgdRun, RunState, Sensitive,
};

use crate::refusals::{ADAPTIVE, sgd, truncated};

fn run() -> NoisySgdRun {
    let source = NoiseSource::danger_fixed_seed(1);
    NoisySgdMechanism::new(sgd())
        .unwrap()
        .start(&source, Sensitive::new(10))
        .unwrap()
}

fn release(
    run: &mut NoisySgdRun,
    batch: DrawnBatch,
    norm: f64,
    sum: f32,
) -> Result<(), MechanismError> {
    let norms = batch.size().map(|size| vec![0.0; size]);
    let sum = Sensitive::new(vec![sum; 3]);
    let sum = ClippedSum::new(&Clipping::Flat { norm }, sum, &norms);
    run.release(batch, sum).map(drop)
}

/// Also of the same plan, key and step: the ids of runs differ.
#[test]
fn a_batch_of_another_run_is_refused() {
    let (mut ours, mut theirs) = (run(), run());
    let (_, foreign) = (ours.next_batch(), theirs.next_batch().unwrap());
    assert_eq!(
        release(&mut ours, foreign, 1.0, 0.0),
        Err(MechanismError::ForeignBatch)
    );
}

#[test]
fn batches_are_released_in_the_order_in_which_they_were_drawn() {
    let mut run = run();
    let (first, second) = (run.next_batch().unwrap(), run.next_batch().unwrap());
    assert!(run.next_batch().is_none());
    assert_eq!((first.step(), second.step()), (0, 1));
    release(&mut run, first, 1.0, 0.0).unwrap();
    release(&mut run, second, 1.0, 0.0).unwrap();

    let mut run = self::run();
    let (_lost, second) = (run.next_batch().unwrap(), run.next_batch().unwrap());
    let refused = MechanismError::StepOrder {
        step: 1,
        expected: 0,
    };
    assert_eq!(release(&mut run, second, 1.0, 0.0), Err(refused));
}

#[test]
fn sums_that_the_noise_was_not_made_for_are_refused() {
    let mut run = run();
    let batch = run.next_batch().unwrap();
    let refused = MechanismError::Clipping {
        found: Clipping::Flat { norm: 2.0 },
        planned: Clipping::Flat { norm: 1.0 },
    };
    assert_eq!(release(&mut run, batch, 2.0, 0.0), Err(refused));
    for broken in [f32::NAN, f32::INFINITY] {
        let mut run = self::run();
        let batch = run.next_batch().unwrap();
        assert_eq!(
            release(&mut run, batch, 1.0, broken),
            Err(MechanismError::NonFiniteSum)
        );
        assert_eq!(run.released(), 0);
    }
}

#[test]
fn states_that_do_not_fit_the_plan_are_refused() {
    let fixed = NoisySgdMechanism::new(sgd()).unwrap();
    let adaptive = NoisySgdMechanism::new(NoisySgdParameters {
        clipping: ClippingPlan::Adaptive(ADAPTIVE),
        ..sgd()
    })
    .unwrap();
    let start = |plan: &NoisySgdMechanism, step, clipping_norm| {
        let state = RunState {
            step,
            clipping_norm,
        };
        let source = NoiseSource::danger_fixed_seed(1);
        plan.start_at(state, &source, Sensitive::new(10)).map(drop)
    };
    let beyond = MechanismError::StepBeyondPlan { step: 3, steps: 2 };
    assert_eq!(start(&fixed, 3, None), Err(beyond));
    for (plan, step, norm) in [
        (&fixed, 1, Some(1.0)),
        (&adaptive, 1, None),
        (&adaptive, 0, Some(0.2)),
    ] {
        let refused = start(plan, step, norm);
        let other = matches!(refused, Err(MechanismError::StateOfAnotherPlan { .. }));
        assert!(other, "{refused:?}");
    }
    for norm in [0.0, -1.0, f64::NAN, 1e30] {
        let refused = start(&adaptive, 1, Some(norm));
        let range = matches!(refused, Err(MechanismError::OutOfRange { .. }));
        assert!(range, "{refused:?}");
    }
    start(&fixed, 2, None).unwrap();
    start(&adaptive, 0, Some(0.1)).unwrap();
    start(&adaptive, 1, Some(7.0)).unwrap();
    let unknown = serde_json::from_str::<RunState>(r#"{"step":1,"norm":2.0}"#);
    assert!(unknown.is_err());
}

#[test]
fn sums_of_other_units_or_lengths_are_refused() {
    let rule = Clipping::Flat { norm: 1.0 };
    let sum = |rule: &Clipping, length, units| {
        let norms = Sensitive::new(vec![0.0; units]);
        ClippedSum::new(rule, Sensitive::new(vec![0.0; length]), &norms)
    };
    let mut run = run();
    let batch = run.next_batch().unwrap();
    let one_more = *batch.size().expose_sensitive() + 1;
    let refused = run.release(batch, sum(&rule, 3, one_more));
    assert_eq!(refused, Err(MechanismError::UnitsOfAnotherBatch));

    let mut total = sum(&rule, 3, 1);
    let length = MechanismError::Length {
        found: 2,
        expected: 3,
    };
    assert_eq!(total.add(sum(&rule, 2, 1)), Err(length));
    let other = total.add(sum(&Clipping::Flat { norm: 2.0 }, 3, 1));
    assert!(matches!(other, Err(MechanismError::Clipping { .. })));
}

#[test]
fn more_units_than_the_cost_was_made_for_are_refused() {
    let plan = NoisySgdMechanism::new(NoisySgdParameters {
        sampling: truncated(0.5, 5, 10),
        ..sgd()
    })
    .unwrap();
    let start = |units| {
        let source = NoiseSource::danger_fixed_seed(1);
        plan.start(&source, Sensitive::new(units)).map(drop)
    };
    start(10).unwrap();
    let refused = MechanismError::TooManyUnits { maximum_units: 10 };
    assert_eq!(start(11), Err(refused));
}
