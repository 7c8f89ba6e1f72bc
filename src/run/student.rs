//! The public side of both methods: a student learns from what was released.

use anyhow::{Result, ensure};
use privet_report::run::Confusion;
use privet_student::{LabeledSet, Method, Student, StudentError, StudentInputs, StudentTraining};
use privet_training::data::Dataset;
use privet_training::network::{Architecture, LayerSpec, Network};
use serde_json::json;

use super::baseline::architecture;
use super::context::Context;
use crate::config::Experiment;

/// The student of these labels.
fn train(
    context: &mut Context,
    training: &StudentTraining,
    architecture: &Architecture,
    set: &LabeledSet,
) -> Result<Student> {
    let phase = context.progress.phase("student", training.epochs as u64);
    let mut curve = Vec::with_capacity(training.epochs);
    let student = Student::train(
        &context.engine,
        architecture.clone(),
        training,
        context.seed(),
        set,
        context.student_pool(training.inputs),
        &context.device,
        |epoch, loss| {
            phase.message(format!("loss {loss:.3}"), json!({"loss": loss}));
            phase.update(epoch as u64);
            curve.push(json!({"phase": "student", "epoch": epoch, "loss": loss}));
        },
    )?;
    // Of all students, where there are several rounds.
    let earlier = context.seconds.student.unwrap_or_default();
    context.seconds.student = Some(earlier + phase.finish());
    curve
        .iter()
        .try_for_each(|line| context.metrics.record(line))?;
    Ok(student)
}

/// The finished student, and what it makes of the public test set.
pub(super) fn measured(
    context: &mut Context,
    training: &StudentTraining,
    architecture: &Architecture,
    set: &LabeledSet,
) -> Result<(Network, Confusion)> {
    let network = train(context, training, architecture, set)?.into_network();
    let parameters = network.flat_parameters();
    let confusion = context.measure_student(training.inputs, architecture, &parameters)?;
    Ok((network, confusion))
}

/// What is done after a release, where `labeller`, which was made of it, labels a share of the pool for
/// the student.
pub(super) fn in_words(labeller: &str, keep: f64) -> String {
    let labelled = match keep {
        1.0 => "the public pool".to_owned(),
        keep => format!(
            "the {} % of the public pool that it was surest of",
            (1e8 * keep).round() / 1e6
        ),
    };
    format!(
        "student: {labeller} labelled {labelled}; the model that is published learned from these labels \
         and from public inputs alone (post-processing)"
    )
}

/// The student of an unfinished set of labels; none where it cannot be trained, which must not stop what
/// is paid for.
pub(super) fn interim(
    context: &mut Context,
    training: &StudentTraining,
    architecture: &Architecture,
    set: &LabeledSet,
) -> Result<Option<Student>> {
    let pool = context.student_pool(training.inputs).select(&[0]);
    let trained = train(context, training, architecture, set).and_then(|student| {
        let answers = student.probabilities(&context.engine, &pool)?;
        Ok((student, answers.iter().all(|share| share.is_finite())))
    });
    match trained {
        Ok((student, true)) => Ok(Some(student)),
        Ok((_, false)) => Ok(None),
        Err(error) if error.is::<StudentError>() => Ok(None),
        Err(error) => Err(error),
    }
}

/// The network of the student. One that cannot be trained is refused before anything is paid for its
/// labels.
pub(super) fn network(
    training: &StudentTraining,
    experiment: &Experiment,
    dataset: &Dataset,
) -> Result<Architecture> {
    let pool = dataset.pool.len();
    let (spec, augment) = (&training.network, training.augment);
    let raw = training.inputs == StudentInputs::Raw;
    let shape = match raw {
        true => dataset.preprocessing.input_shape(),
        false => dataset.info.shape,
    };
    let network = architecture(spec, augment, experiment, (dataset, shape), "student")?;
    let mut layers = network.layers().iter();
    ensure!(
        training.method == Method::Supervised
            || !layers.any(|layer| matches!(layer.spec, LayerSpec::Embedding { .. })),
        "[student] method = \"{}\" changes its inputs a little, which has no meaning for the tokens of \
         an embedding: use method = \"supervised\"",
        training.method.name()
    );
    ensure!(
        training.batch_size <= pool.max(1 << 16),
        "[student] batch_size = {}: the public pool has {pool} examples; give at most so many",
        training.batch_size
    );
    Ok(network)
}
