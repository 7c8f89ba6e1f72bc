//! Every optimizer against Burn's own, over several steps, and against its formula in f64.

use burn::module::{Module, Param};
use burn::optim::decay::WeightDecayConfig;
use burn::optim::momentum::MomentumConfig;
use burn::optim::{AdamConfig, AdamWConfig, GradientsParams, ModuleOptimizer, SgdConfig};
use burn::tensor::{Device, Tensor, TensorData};
use privet_training::optimizer::{
    AdamSpec, Optimizer, OptimizerError, OptimizerSpec, OptimizerState, Schedule, SgdSpec,
};

use crate::support::{assert_close, numbers};

const PARAMETERS: usize = 37;
const STEPS: usize = 12;
const RATE: f64 = 0.1;

fn gradient(step: usize) -> Vec<f32> {
    numbers(PARAMETERS, &format!("gradient {step}"))
}

/// The parameters after `STEPS` steps along fixed gradients.
fn stepped(spec: OptimizerSpec) -> Vec<f32> {
    spec.validate().unwrap();
    let mut parameters = numbers(PARAMETERS, "start");
    let mut optimizer = Optimizer::new(spec, STEPS as u64, PARAMETERS);
    for step in 0..STEPS {
        optimizer
            .step(&mut parameters, &gradient(step), 0.0)
            .unwrap();
    }
    parameters
}

#[derive(Module, Debug)]
struct Parameters {
    values: Param<Tensor<1>>,
}

/// The same by Burn.
fn by_burn(mut optimizer: ModuleOptimizer) -> Vec<f32> {
    let device = Device::flex();
    let tensor = |values| Tensor::<1>::from_data(TensorData::new(values, [PARAMETERS]), &device);
    let mut module = Parameters {
        values: Param::from_tensor(tensor(numbers(PARAMETERS, "start"))),
    };
    for step in 0..STEPS {
        let mut gradients = GradientsParams::new();
        gradients.register(module.values.id, tensor(gradient(step)));
        module = optimizer.step(RATE, module.train(), gradients).valid();
    }
    module.values.val().into_data().iter::<f32>().collect()
}

#[test]
fn sgd_is_that_of_burn() {
    for (momentum, nesterov, weight_decay) in [
        (0.0, false, 0.0),
        (0.9, false, 0.0),
        (0.0, false, 0.25),
        (0.5, false, 0.25),
        (0.9, true, 0.0),
        (0.5, true, 0.25),
    ] {
        let found = stepped(OptimizerSpec::Sgd(SgdSpec {
            momentum,
            nesterov,
            weight_decay,
            ..SgdSpec::new(RATE)
        }));
        let momentum = (momentum > 0.0).then(|| {
            MomentumConfig::new()
                .with_momentum(momentum)
                .with_dampening(0.0)
                .with_nesterov(nesterov)
        });
        let decay = Some(WeightDecayConfig::new(weight_decay as f32));
        let burn = SgdConfig::new()
            .with_momentum(momentum)
            .with_weight_decay(decay);
        assert_close(&found, &by_burn(burn.init()), 1e-6);
    }
}

#[test]
fn adam_is_that_of_burn() {
    let spec = |weight_decay| AdamSpec {
        beta_1: 0.8,
        beta_2: 0.95,
        weight_decay,
        ..AdamSpec::new(RATE)
    };
    for weight_decay in [0.0, 0.25] {
        let found = stepped(OptimizerSpec::Adam(spec(weight_decay)));
        let burn = AdamConfig::new()
            .with_beta_1(0.8)
            .with_beta_2(0.95)
            .with_epsilon(1e-8)
            .with_weight_decay(Some(WeightDecayConfig::new(weight_decay as f32)));
        assert_close(&found, &by_burn(burn.init()), 1e-6);

        let found = stepped(OptimizerSpec::AdamW(spec(weight_decay)));
        let burn = AdamWConfig::new()
            .with_beta_1(0.8)
            .with_beta_2(0.95)
            .with_epsilon(1e-8)
            .with_weight_decay(weight_decay as f32);
        assert_close(&found, &by_burn(burn.init()), 1e-6);
    }
}

/// `update(parameter, gradient, state, step)` in f64, one parameter after another; `state` is two
/// numbers that start at 0.
fn expected(update: impl Fn(f64, f64, &mut [f64; 2], i32) -> f64) -> Vec<f32> {
    (0..PARAMETERS)
        .map(|index| {
            let mut value = f64::from(numbers(PARAMETERS, "start")[index]);
            let mut state = [0.0; 2];
            for step in 0..STEPS {
                let slope = f64::from(gradient(step)[index]);
                value = update(value, slope, &mut state, step as i32 + 1);
            }
            value as f32
        })
        .collect()
}

#[test]
fn a_schedule_scales_every_step() {
    let found = stepped(OptimizerSpec::Sgd(SgdSpec {
        momentum: 0.9,
        schedule: Schedule::Linear {
            warmup_steps: 4,
            end_factor: 0.5,
        },
        ..SgdSpec::new(RATE)
    }));
    let formula = expected(|value, slope, velocity, step| {
        let factor = match step {
            1..=4 => f64::from(step) / 4.0,
            _ => 1.0 - 0.5 * f64::from(step - 5) / 8.0,
        };
        velocity[0] = 0.9 * velocity[0] + slope;
        value - RATE * factor * velocity[0]
    });
    assert_close(&found, &formula, 1e-6);
}

fn corrected(variance_floor: f64) -> OptimizerSpec {
    OptimizerSpec::Adam(AdamSpec {
        beta_1: 0.8,
        beta_2: 0.95,
        noise_bias_correction: true,
        variance_floor,
        ..AdamSpec::new(RATE)
    })
}

/// The correction by its formula: the noise of step `t` enters the mean of variances as the square
/// of the gradient of step `t` enters the mean of squares.
#[test]
fn the_correction_subtracts_the_variance_of_the_noise() {
    // Constant as under a fixed clipping norm, and changing as under an adaptive one.
    let variances: [fn(i32) -> f64; 2] = [|_| 0.04, |step| 0.01 * f64::from(step)];
    for variance in variances {
        let mut parameters = numbers(PARAMETERS, "start");
        let mut optimizer = Optimizer::new(corrected(0.01), STEPS as u64, PARAMETERS);
        for step in 0..STEPS {
            let variance = variance(step as i32 + 1);
            optimizer
                .step(&mut parameters, &gradient(step), variance)
                .unwrap();
        }
        let mut floors = 0;
        let mut formula = |slopes: &[f64]| {
            let mut moves = 0.0;
            for step in 1..=slopes.len() {
                let weight = |beta: f64, past: usize| {
                    (1.0 - beta) * beta.powi((step - past) as i32) / (1.0 - beta.powi(step as i32))
                };
                let past = || (1..=step).zip(slopes);
                let mean: f64 = past().map(|(t, g)| weight(0.8, t) * g).sum();
                let square: f64 = past()
                    .map(|(t, g)| weight(0.95, t) * (g * g - variance(t as i32)))
                    .sum();
                floors += usize::from(square < 0.01);
                moves += RATE * mean / square.max(0.01).sqrt();
            }
            moves
        };
        let expected: Vec<f32> = numbers(PARAMETERS, "start")
            .iter()
            .enumerate()
            .map(|(index, &start)| {
                let slopes: Vec<f64> = (0..STEPS).map(|s| gradient(s)[index].into()).collect();
                (f64::from(start) - formula(&slopes)) as f32
            })
            .collect();
        assert_close(&parameters, &expected, 2e-6);
        assert!(floors > 0 && floors < PARAMETERS * STEPS);
    }
}

/// By hand: one parameter, two steps, gradients 0.3 and -0.1, noise of variance 0.02.
#[test]
fn the_correction_by_hand() {
    let mut parameters = [1.0];
    let mut optimizer = Optimizer::new(corrected(1e-6), 2, 1);
    optimizer.step(&mut parameters, &[0.3], 0.02).unwrap();
    // Mean 0.3; mean square 0.09 - 0.02 = 0.07: 1 - 0.1 * 0.3 / 0.264575.
    assert!((parameters[0] - 0.886_611).abs() < 1e-6, "{parameters:?}");
    optimizer.step(&mut parameters, &[-0.1], 0.02).unwrap();
    // Mean (0.8 * 0.06 - 0.02) / 0.36 = 0.0777778; mean square (0.95 * 0.0045 + 0.0005) / 0.0975
    // - 0.02 = 0.0289744: 0.886611 - 0.1 * 0.0777778 / 0.170219.
    assert!((parameters[0] - 0.840_918).abs() < 2e-6, "{parameters:?}");
}

/// Where the gradient is nothing but noise, the corrected mean square is the floor, and the step is
/// a multiple of the mean: Adam without the correction would give every coordinate its full step.
#[test]
fn with_the_floor_of_its_noise_it_is_descent_along_the_mean() {
    let mut parameters = vec![0.0; 2];
    let mut optimizer = Optimizer::new(corrected(0.25), 1, 2);
    optimizer
        .step(&mut parameters, &[0.01, -0.002], 1.0)
        .unwrap();
    assert_close(&parameters, &[-0.002, 0.0004], 1e-7);
}

#[test]
fn what_does_not_fit_is_refused_and_changes_nothing() {
    for spec in [OptimizerSpec::sgd(RATE), OptimizerSpec::adam(RATE)] {
        let mut optimizer = Optimizer::new(spec, 10, PARAMETERS);
        let before = optimizer.state().clone();
        for length in [0, PARAMETERS - 1, PARAMETERS + 1] {
            let mut parameters = numbers(PARAMETERS, "start");
            let result = optimizer.step(&mut parameters, &vec![1.0; length], 0.0);
            assert!(matches!(result, Err(OptimizerError::Length { .. })));
            assert_eq!(parameters, numbers(PARAMETERS, "start"));
        }
        assert_eq!(optimizer.state(), &before);
        let foreign = OptimizerState {
            first_moment: vec![0.0; PARAMETERS + 1],
            ..OptimizerState::default()
        };
        assert!(optimizer.resume(foreign).is_err());
    }
}

/// What an optimizer remembers is its state and nothing else.
#[test]
fn a_resumed_optimizer_goes_on_as_if_never_stopped() {
    let schedule = Schedule::Cosine {
        warmup_steps: 3,
        end_factor: 0.0,
    };
    let sgd = SgdSpec {
        momentum: 0.9,
        schedule,
        ..SgdSpec::new(RATE)
    };
    for spec in [OptimizerSpec::Sgd(sgd), corrected(1e-4)] {
        let start = || Optimizer::new(spec, STEPS as u64, PARAMETERS);
        let run = |optimizer: &mut Optimizer, parameters: &mut Vec<f32>, steps| {
            for step in steps {
                optimizer.step(parameters, &gradient(step), 0.01).unwrap();
            }
        };
        let mut whole = numbers(PARAMETERS, "start");
        run(&mut start(), &mut whole, 0..STEPS);
        let mut parts = numbers(PARAMETERS, "start");
        let mut first = start();
        run(&mut first, &mut parts, 0..5);
        let mut second = start();
        second.resume(first.state().clone()).unwrap();
        run(&mut second, &mut parts, 5..STEPS);
        assert_eq!(parts, whole);
    }
}
