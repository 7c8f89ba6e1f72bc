//! Gradients of other functions than the cross-entropy loss, by the parameters and by the inputs.

use burn::module::Module;
use burn::optim::GradientsParams;
use burn::tensor::{Device, Tensor, TensorData};
use privet_training::data::InputShape;
use privet_training::gradient::{GradientEngine, GradientError, Objective, Variables};
use privet_training::network::LayerSpec;

use crate::engines::{engines, engines_of};
use crate::layers::cases;
use crate::reference::{CLASSES, Case, case, distance, flatten, length};

/// `sum_k w_k s_k^2` with weights that differ between classes and rows.
fn squares(row: usize, scores: &[f32], slopes: &mut [f32]) -> f64 {
    let mut value = 0.0;
    for (class, (score, slope)) in scores.iter().zip(slopes).enumerate() {
        assert_eq!(*slope, 0.0);
        let weight = 1.0 + class as f32 - 0.25 * row as f32;
        *slope = 2.0 * weight * score;
        value += f64::from(weight * score * score);
    }
    value
}

fn ask(engine: &dyn GradientEngine, case: &Case, variables: Variables) -> (Vec<f64>, f64) {
    let mut worker = engine.worker(case.network.architecture()).unwrap();
    let objective = Objective {
        inputs: &case.inputs,
        function: &squares,
        variables,
        dropout: None,
    };
    let found = worker
        .objective_gradient(&case.network.flat_parameters(), objective)
        .unwrap();
    let gradient = found.gradient.into_exposed_sensitive().into_iter();
    let value = found.value.into_exposed_sensitive();
    (gradient.map(f64::from).collect(), value)
}

/// By the parameters, by the inputs, and the value, from Burn's ordinary tape.
fn expected(case: &Case) -> (Vec<f64>, Vec<f64>, f64) {
    let network = case.network.clone().train();
    let device = Device::flex().autodiff();
    let rows = case.labels.len();
    let inputs = TensorData::new(case.inputs.clone(), [rows, case.width()]);
    let inputs = Tensor::<2>::from_data(inputs, &device).require_grad();
    let scores = network.forward(inputs.clone());
    let weights = (0..rows * CLASSES)
        .map(|at| 1.0 + (at % CLASSES) as f32 - 0.25 * (at / CLASSES) as f32)
        .collect::<Vec<_>>();
    let weights = Tensor::<2>::from_data(TensorData::new(weights, [rows, CLASSES]), &device);
    let sum = (scores.clone() * scores * weights).sum();
    let value: f32 = sum.clone().inner().into_scalar();
    let gradients = sum.backward();
    let of_inputs = match inputs.grad(&gradients) {
        Some(gradient) => gradient.into_data().iter::<f32>().map(f64::from).collect(),
        None => vec![0.0; rows * case.width()],
    };
    let gradients = GradientsParams::from_grads(gradients, &network);
    (flatten(&network, gradients), of_inputs, value.into())
}

#[test]
fn every_layer_hands_back_the_gradient_of_any_function() {
    for case in cases() {
        let (of_parameters, of_inputs, value) = expected(&case);
        for (name, engine) in engines_of(&case) {
            let what = format!("{}, {name}", case.name);
            let (found, sum) = ask(&*engine, &case, Variables::Parameters);
            assert!(
                (sum - value).abs() < 2e-5 * value.abs().max(1.0),
                "{what}: {sum}, {value}"
            );
            let off = distance(&found, &of_parameters);
            assert!(off < 1e-5, "{what}, parameters: {off:e}");
            let (found, sum) = ask(&*engine, &case, Variables::Inputs);
            assert!(
                (sum - value).abs() < 2e-5 * value.abs().max(1.0),
                "{what}: {sum}, {value}"
            );
            if length(&of_inputs) == 0.0 {
                assert_eq!(found, of_inputs, "{what}");
                continue;
            }
            let off = distance(&found, &of_inputs);
            assert!(off < 1e-5, "{what}, inputs: {off:e}");
        }
    }
}

/// An engine's memory serves both kinds of gradient in turn, and batches of any size.
#[test]
fn one_worker_answers_in_any_order() {
    let network = vec![LayerSpec::Linear { outputs: 4 }, LayerSpec::Tanh];
    let network = [network, vec![LayerSpec::Linear { outputs: CLASSES }]].concat();
    let case = case("in turn", InputShape::flat(5), network, 40);
    let parameters = case.network.flat_parameters();
    for (name, engine) in engines() {
        let mut worker = engine.worker(case.network.architecture()).unwrap();
        let mut ask = |rows: usize, variables| {
            let objective = Objective {
                inputs: &case.inputs[..rows * 5],
                function: &squares,
                variables,
                dropout: None,
            };
            let found = worker.objective_gradient(&parameters, objective).unwrap();
            found.gradient.into_exposed_sensitive()
        };
        let whole = ask(40, Variables::Inputs);
        let sum = ask(40, Variables::Parameters);
        assert_eq!(ask(0, Variables::Inputs), [0.0; 0], "{name}");
        assert_eq!(
            ask(0, Variables::Parameters),
            vec![0.0; parameters.len()],
            "{name}"
        );
        let part = ask(7, Variables::Inputs);
        let near = part.iter().zip(&whole).all(|(a, b)| (a - b).abs() < 1e-5);
        assert!(part.len() == 35 && near, "{name}");
        assert_eq!(ask(40, Variables::Parameters), sum, "{name}");
    }
}

#[test]
fn what_does_not_fit_is_refused() {
    let layers = vec![LayerSpec::Linear { outputs: CLASSES }];
    let case = case("linear", InputShape::flat(7), layers, 2);
    for (_, engine) in engines() {
        let mut worker = engine.worker(case.network.architecture()).unwrap();
        let mut ask = |parameters: &[f32], inputs| {
            let objective = Objective {
                inputs,
                function: &squares,
                variables: Variables::Inputs,
                dropout: None,
            };
            worker
                .objective_gradient(parameters, objective)
                .unwrap_err()
        };
        let parameters = case.network.flat_parameters();
        let error = ask(&parameters, &[0.0; 8]);
        assert!(matches!(error, GradientError::Shape { .. }), "{error}");
        let error = ask(&parameters[1..], &[0.0; 7]);
        assert!(matches!(error, GradientError::Parameters { .. }), "{error}");
    }
}
