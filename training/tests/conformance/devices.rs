//! The Burn engine on a GPU, for who builds with the feature and has one (or a program that plays
//! one: wgpu takes Mesa's llvmpipe).

use privet_training::device::DeviceName;
use privet_training::gradient::{
    BurnEngine, GradientEngine, GradientError, GradientRequest, Units,
};

use crate::engines::{clipped, rules, try_ask};
use crate::layers::{Gradients, cases, random_network};

/// Clipped gradients are kept a little shorter than on the processor.
const SHARE: f64 = 1.0 - 1.0 / 256.0;

/// Functions such as erf are coarser on a GPU: on llvmpipe all cases but five are within 1e-5, those
/// within 2.2e-4.
const PRECISION: f64 = 1e-3;

fn engines() -> Vec<(&'static str, BurnEngine)> {
    let mut names = Vec::new();
    if cfg!(feature = "wgpu") {
        names.push("wgpu");
    }
    if cfg!(feature = "cuda") {
        names.push("cuda");
    }
    let engine = |name: &'static str| {
        let device = name.parse::<DeviceName>().unwrap().open().unwrap();
        (name, BurnEngine::on(device))
    };
    names.into_iter().map(engine).collect()
}

#[test]
fn a_device_gives_the_gradients_of_batches_of_one() {
    for (name, engine) in engines() {
        for case in cases().into_iter().chain((0..10).map(random_network)) {
            Gradients::of(&case).compare(name, &engine, SHARE, PRECISION);
        }
    }
}

#[test]
fn sums_on_a_grid_are_refused_on_a_device() {
    for (name, engine) in engines() {
        let case = cases().remove(0);
        let rule = rules(case.network.architecture(), 1.0).remove(0);
        let request = GradientRequest {
            grid: Some(0.5),
            ..clipped(&rule)
        };
        let engine: &dyn GradientEngine = &engine;
        let refused = try_ask(engine, &case, Units::Rows, request).unwrap_err();
        assert!(matches!(refused, GradientError::Request(_)), "{name}");
    }
}
