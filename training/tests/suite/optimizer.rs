//! Every optimizer against its formula in f64, over several steps.

use privet_training::network::ParameterLayout;
use privet_training::optimizer::OptimizerSpec;

use crate::support::{assert_close, linear, numbers};

const PARAMETERS: usize = 8;
const STEPS: usize = 5;

/// The parameters after `STEPS` steps along fixed gradients, by Burn.
fn stepped(spec: OptimizerSpec) -> Vec<f32> {
    let mut network = linear(3, 2, &numbers(PARAMETERS, "start"));
    let layout = ParameterLayout::of(&network).unwrap();
    let mut optimizer = spec.build();
    for step in 0..STEPS {
        let rate = spec.learning_rate();
        network = layout
            .step(&mut optimizer, rate, network, &gradient(step))
            .unwrap();
    }
    network.flat_parameters()
}

fn gradient(step: usize) -> Vec<f32> {
    numbers(PARAMETERS, &format!("gradient {step}"))
}

/// The same by `update(parameter, gradient, state, step)`, one parameter after another; `state` is
/// two numbers that start at 0.
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
fn sgd_with_momentum_and_weight_decay() {
    for (momentum, weight_decay) in [(0.0, 0.0), (0.9, 0.0), (0.0, 0.1), (0.5, 0.3)] {
        let found = stepped(OptimizerSpec::Sgd {
            learning_rate: 0.2,
            momentum,
            weight_decay,
        });
        // As torch.optim.SGD: no dampening, the decay before the momentum.
        let formula = expected(|value, slope, velocity, _| {
            velocity[0] = momentum * velocity[0] + slope + weight_decay * value;
            value - 0.2 * velocity[0]
        });
        assert_close(&found, &formula, 1e-6);
    }
}

#[test]
fn adam_with_weight_decay() {
    for weight_decay in [0.0, 0.3] {
        let (beta_1, beta_2) = (0.8, 0.95);
        let found = stepped(OptimizerSpec::Adam {
            learning_rate: 0.1,
            beta_1,
            beta_2,
            weight_decay,
        });
        let formula = expected(|value, slope, [mean, square], step| {
            let slope = slope + weight_decay * value;
            *mean = beta_1 * *mean + (1.0 - beta_1) * slope;
            *square = beta_2 * *square + (1.0 - beta_2) * slope * slope;
            let mean = *mean / (1.0 - beta_1.powi(step));
            let square = *square / (1.0 - beta_2.powi(step));
            value - 0.1 * mean / (square.sqrt() + 1e-8)
        });
        assert_close(&found, &formula, 1e-5);
    }
}

#[test]
fn a_gradient_of_another_length_is_refused() {
    let network = linear(3, 2, &numbers(PARAMETERS, "start"));
    let layout = ParameterLayout::of(&network).unwrap();
    let mut optimizer = crate::support::sgd(0.1).build();
    for length in [0, PARAMETERS - 1, PARAMETERS + 1] {
        let gradient = vec![1.0; length];
        assert!(
            layout
                .step(&mut optimizer, 0.1, network.clone(), &gradient)
                .is_err()
        );
    }
}

#[test]
fn configs_have_defaults_and_no_unknown_keys() {
    let sgd: OptimizerSpec = toml::from_str("kind = \"sgd\"\nlearning_rate = 0.5").unwrap();
    assert_eq!(sgd, crate::support::sgd(0.5));
    let adam: OptimizerSpec = toml::from_str("kind = \"adam\"\nlearning_rate = 0.5").unwrap();
    assert_eq!(adam, crate::support::adam(0.5));
    for wrong in [
        "kind = \"sgd\"",
        "learning_rate = 0.5",
        "kind = \"adagrad\"\nlearning_rate = 0.5",
        "kind = \"sgd\"\nlearning_rate = 0.5\nbeta_1 = 0.9",
        "kind = \"adam\"\nlearning_rate = 0.5\nmomentum = 0.9",
    ] {
        assert!(toml::from_str::<OptimizerSpec>(wrong).is_err(), "{wrong}");
    }
}
