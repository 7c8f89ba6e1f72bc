//! Burn modules of one's own: the same gradients, and refusals where there are none.

use burn::module::Module;
use burn::nn::conv::{Conv2d, Conv2dConfig};
use burn::nn::{BatchNorm, BatchNormConfig, Linear, LinearConfig};
use burn::tensor::{Device, Tensor};
use privet_mechanisms::Clipping;
use privet_training::data::InputShape;
use privet_training::gradient::{Batch, BurnEngine, PerExample, ProbeTape, Sum};
use privet_training::network::{LayerSpec, flat_parameters};

use crate::engines::{ask, clipped};
use crate::reference::{CLASSES, case};

/// Two linear layers and one of several things that can be wrong.
#[derive(Module, Debug)]
struct Own {
    last: Linear,
    first: Linear,
    #[module(skip)]
    fault: Fault,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Fault {
    None,
    Unseen,
    Twice,
    Mixed,
    Foreign,
}

impl PerExample for Own {
    fn forward(&self, rows: Tensor<2>, tape: &mut ProbeTape) -> Tensor<2> {
        let hidden = tape.linear(&self.first, rows).tanh();
        let hidden = match self.fault {
            Fault::Twice => tape.linear(&self.first, hidden),
            Fault::Mixed => hidden.clone() - hidden.mean_dim(0),
            Fault::Foreign => {
                let other = LinearConfig::new(6, 6).init(&hidden.device());
                tape.linear(&other, hidden)
            }
            _ => hidden,
        };
        match self.fault {
            Fault::Unseen => self.last.forward(hidden),
            _ => tape.linear(&self.last, hidden),
        }
    }
}

fn own(fault: Fault) -> Own {
    let device = Device::flex();
    Own {
        last: LinearConfig::new(6, CLASSES).init(&device),
        first: LinearConfig::new(6, 6).init(&device),
        fault,
    }
}

fn refusal<M: PerExample + 'static>(module: M, inputs: usize) -> String {
    let result = BurnEngine::default().module_worker(module, inputs, CLASSES);
    result.err().unwrap().to_string()
}

/// The fields are in another order than the layers, so that flat vector and forward pass differ.
#[test]
fn an_own_module_has_the_gradients_of_the_same_list_of_layers() {
    let layers = vec![
        LayerSpec::Linear { outputs: 6 },
        LayerSpec::Tanh,
        LayerSpec::Linear { outputs: CLASSES },
    ];
    let case = case("own", InputShape::flat(6), layers, 5);
    let module = own(Fault::None);
    let flat = flat_parameters(&case.network);
    let split = 6 * 6 + 6;
    let own_flat = [&flat[split..], &flat[..split]].concat();
    let mut worker = BurnEngine::default()
        .module_worker(module, 6, CLASSES)
        .unwrap();
    for (own_rule, rule) in [
        (
            Clipping::PerLayer {
                norms: vec![0.1, 0.2],
            },
            Clipping::PerLayer {
                norms: vec![0.2, 0.1],
            },
        ),
        (Clipping::Flat { norm: 0.1 }, Clipping::Flat { norm: 0.1 }),
    ] {
        let batch = Batch::of_rows(&case.inputs, &case.labels);
        let found = worker
            .gradient_sum(&own_flat, batch, clipped(&own_rule))
            .unwrap();
        let Sum::Float(found) = found.sum.into_exposed_sensitive() else {
            panic!("no grid was asked for");
        };
        let engine = BurnEngine::default();
        let units = privet_training::gradient::Units::Rows;
        let expected = ask(&engine, &case, units, clipped(&rule)).sum;
        let last = found.len() - split;
        let found = [&found[last..], &found[..last]].concat();
        for (found, expected) in found.iter().zip(&expected) {
            assert!((f64::from(*found) - expected).abs() < 1e-6);
        }
    }
}

#[test]
fn a_parameter_that_the_tape_does_not_see_is_refused() {
    let error = refusal(own(Fault::Unseen), 6);
    assert!(
        error.contains("`last.weight`") && error.contains("tape.linear"),
        "{error}"
    );
}

#[test]
fn a_parameter_that_is_used_twice_is_refused() {
    let error = refusal(own(Fault::Twice), 6);
    assert!(
        error.contains("`first.weight`") && error.contains("twice"),
        "{error}"
    );
    let mut shared = own(Fault::None);
    shared.last = shared.first.clone();
    let error = refusal(shared, 6);
    assert!(error.contains("twice"), "{error}");
}

#[test]
fn rows_that_see_each_other_are_refused() {
    let error = refusal(own(Fault::Mixed), 6);
    assert!(
        error.contains("other rows") && error.contains("GroupNorm"),
        "{error}"
    );
}

#[test]
fn a_layer_that_is_no_part_of_the_module_is_refused() {
    let error = refusal(own(Fault::Foreign), 6);
    assert!(error.contains("field"), "{error}");
}

#[derive(Module, Debug)]
struct WithBatchNorm {
    conv: Conv2d,
    norm: BatchNorm,
    scores: Linear,
}

impl PerExample for WithBatchNorm {
    fn forward(&self, rows: Tensor<2>, tape: &mut ProbeTape) -> Tensor<2> {
        let [count, _] = rows.dims();
        let image = tape.conv2d(&self.conv, rows.reshape([count, 1, 3, 3]));
        let image = self.norm.forward(image);
        tape.linear(&self.scores, image.flatten(1, 3))
    }
}

#[test]
fn batch_normalisation_is_refused_by_name() {
    let device = Device::flex();
    let module = WithBatchNorm {
        conv: Conv2dConfig::new([1, 2], [3, 3]).init(&device),
        norm: BatchNormConfig::new(2).init(&device),
        scores: LinearConfig::new(2, CLASSES).init(&device),
    };
    let error = refusal(module, 9);
    assert!(
        error.contains("`norm`") && error.contains("GroupNorm"),
        "{error}"
    );
}

#[test]
fn a_wrong_number_of_scores_is_refused() {
    let engine = BurnEngine::default();
    let error = engine
        .module_worker(own(Fault::None), 6, CLASSES + 1)
        .err()
        .unwrap();
    assert!(error.to_string().contains("classes"), "{error}");
}
