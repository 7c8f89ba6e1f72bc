//! Whether a module has per-example gradients: every parameter seen once, no row by another.

use std::collections::HashMap;

use burn::module::{Module, ModuleVisitor, ParamId};
use burn::tensor::{Device, Tensor, TensorData};

use super::total::Places;
use super::{GradientError, PerExample, ProbeTape};
use crate::network::{NetworkError, ParameterLayout};

/// Runs the module on rows of zeros and ones, which tell nothing of any data.
pub(super) fn check<M: PerExample>(
    module: &M,
    layout: &ParameterLayout,
    [inputs, classes]: [usize; 2],
    device: &Device,
) -> Result<Places, GradientError> {
    if let Some(name) = batch_norm(module) {
        return Err(refuse(format!(
            "`{name}` is a batch normalisation, which mixes the examples of a batch: use a group \
             normalisation (`GroupNorm`)"
        )));
    }
    let (together, tape) = scores(module, &[0.0, 1.0], inputs, device);
    if let Some(error) = tape.error {
        return Err(error);
    }
    let places = places(layout, &tape.seen)?;
    if together.len() != 2 * classes {
        return Err(refuse(format!(
            "2 rows gave {} scores, but {classes} classes need {}: end with one score a class",
            together.len(),
            2 * classes
        )));
    }
    let (alone, _) = scores(module, &[0.0], inputs, device);
    let (twice, _) = scores(module, &[0.0, 0.0], inputs, device);
    let size = |values: &[f32]| {
        values
            .iter()
            .fold(1.0f32, |size, value| size.max(value.abs()))
    };
    for other in [alone, twice] {
        let allowed = 1e-4 * size(&together[..classes]).max(size(&other));
        let pairs = together[..classes].iter().zip(&other);
        if pairs.map(|(a, b)| (a - b).abs()).any(|gap| gap > allowed) {
            return Err(refuse(
                "the scores of a row change with the other rows of the batch: per-example \
                 gradients need layers that treat each row by itself, for example a group \
                 normalisation (`GroupNorm`)"
                    .into(),
            ));
        }
    }
    Ok(places)
}

fn refuse(reason: String) -> GradientError {
    NetworkError::Parameters(reason).into()
}

/// Scores of rows that are filled with one value each.
fn scores<M: PerExample>(
    module: &M,
    values: &[f32],
    inputs: usize,
    device: &Device,
) -> (Vec<f32>, ProbeTape) {
    let rows: Vec<f32> = values
        .iter()
        .flat_map(|&value| vec![value; inputs])
        .collect();
    let data = TensorData::new(rows, [values.len(), inputs]);
    let mut tape = ProbeTape::off();
    let scores = module.forward(Tensor::<2>::from_data(data, device), &mut tape);
    (scores.into_data().iter::<f32>().collect(), tape)
}

/// Matches what the tape has seen with what the module has.
fn places(layout: &ParameterLayout, seen: &[(ParamId, usize)]) -> Result<Places, GradientError> {
    let mut starts = HashMap::new();
    let mut first = HashMap::new();
    for slot in layout.slots() {
        let path = &slot.path;
        let mut layers = seen.iter().filter(|(id, _)| *id == slot.id);
        let Some((_, layer)) = layers.next() else {
            return Err(refuse(format!(
                "the tape has not seen parameter `{path}`, whose gradient would not be clipped: \
                 call `tape.linear(&layer, x)`, `tape.conv2d(&layer, x)` and so on in place of \
                 `layer.forward(x)`; a layer that the tape has no method for must be built of \
                 those that it has"
            )));
        };
        if layers.next().is_some() {
            return Err(refuse(format!(
                "parameter `{path}` is used twice: shared parameters have no per-example clipping \
                 here, give each layer its own"
            )));
        }
        starts.insert(slot.id, slot.start);
        first.entry(*layer).or_insert(slot.start);
    }
    if let Some((_, layer)) = seen.iter().find(|(id, _)| !starts.contains_key(id)) {
        return Err(refuse(format!(
            "layer {} that the tape has seen is no part of the module: make it a field",
            layer + 1
        )));
    }
    let count = first.len();
    let rank = |layer| {
        let start = first.get(&layer).copied().unwrap_or(usize::MAX);
        first.values().filter(|other| **other < start).count()
    };
    Ok(Places {
        starts,
        layers: (0..count).map(rank).collect(),
    })
}

/// Path of the first batch normalisation in the module.
fn batch_norm<M: Module>(module: &M) -> Option<String> {
    #[derive(Default)]
    struct Finder {
        path: Vec<String>,
        found: Option<String>,
    }
    impl ModuleVisitor for Finder {
        fn enter_module(&mut self, name: &str, container: &str) {
            if container == "Struct:BatchNorm" && self.found.is_none() {
                self.found = Some(self.path.join("."));
            }
            self.path.push(name.to_string());
        }

        fn exit_module(&mut self, _name: &str, _container: &str) {
            self.path.pop();
        }
    }
    let mut finder = Finder::default();
    module.visit(&mut finder);
    finder.found
}
