//! The norms of the gradients of a block's units.

use std::ops::Range;

use privet_mechanisms::Clipping;

use super::kernel::{Buffer, GramNorm, squared_norm};
use super::strip::{Task, Workspace};

/// Where the gradient of a unit in a step comes from.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Source {
    /// It was made, measured and kept.
    Kept,
    /// It was made and measured, and is made again when it is added.
    Again,
    /// It was measured by its terms, which are added to those of other units at once.
    Rows,
}

/// How much longer than a clipped gradient its terms may be together, for it to be measured
/// without being made.
///
/// Terms that cancel round as they are added, by an amount that the norm of what they leave does
/// not show: it must not be more than what as many other units would cause.
const TERMS: f64 = 16.0;

/// Takes the gradient back through the block and finds every unit's squared norms. Tells for each
/// step with parameters, and each unit, where its gradient comes from.
pub(super) fn measure(
    task: &Task<'_>,
    workspace: &mut Workspace,
    clipping: &Clipping,
    units: Range<usize>,
    own: &impl Fn(usize) -> Range<usize>,
) -> Vec<Vec<Source>> {
    let (plan, instructions) = (task.plan, task.instructions);
    let Workspace {
        block,
        gradients,
        squares,
        spare,
        ..
    } = workspace;
    gradients.resize_with(plan.steps.len(), Buffer::default);
    squares.clear();
    squares.resize(units.len() * plan.trainable, 0.0);
    let mut sources = vec![vec![Source::Rows; units.len()]; plan.trainable];
    block.backward(plan, instructions, task.weights, None, |block, index| {
        let step = &plan.steps[index];
        for (place, unit) in units.clone().enumerate() {
            let gram = match task.request.grid {
                None => block.gram_norm(plan, instructions, index, own(unit)),
                Some(_) => None,
            };
            let (source, square) = match gram {
                Some(gram) if adds_what_it_measures(gram, clipping, step.trainable) => {
                    (Source::Rows, gram.square)
                }
                Some(_) => {
                    spare.resize(step.size());
                    block.gradient(plan, instructions, index, own(unit), spare, false);
                    (Source::Again, squared_norm(instructions, spare))
                }
                None => {
                    let kept = &mut gradients[index];
                    kept.resize(units.len() * step.size());
                    let into = &mut kept[place * step.size()..][..step.size()];
                    block.gradient(plan, instructions, index, own(unit), into, false);
                    (Source::Kept, squared_norm(instructions, into))
                }
            };
            sources[step.trainable][place] = source;
            squares[place * plan.trainable + step.trainable] = square;
        }
    });
    sources
}

/// Whether a gradient that is only measured adds, scaled, terms of at most [`TERMS`] clipping norms.
///
/// Its factor is at most the clipping norm over its own norm, and over what the rule compares that
/// with.
fn adds_what_it_measures(gram: GramNorm, clipping: &Clipping, layer: usize) -> bool {
    let least = match clipping {
        Clipping::Flat { norm } => *norm,
        Clipping::PerLayer { norms } => norms.get(layer).copied().unwrap_or(0.0),
        Clipping::Automatic { stability, .. } => *stability,
    };
    // False as well where there is a NaN.
    gram.terms <= TERMS * gram.square.sqrt().max(least)
}
