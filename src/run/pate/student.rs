//! The public side: a student learns from what was released.

use anyhow::Result;
use privet_student::{LabeledSet, Student, StudentError};
use privet_training::network::Architecture;
use privet_training::plain::TrainingError;
use serde_json::json;

use crate::config::Pate;
use crate::run::context::Context;

/// The student of these labels.
pub(super) fn train(
    context: &mut Context,
    config: &Pate,
    architecture: &Architecture,
    set: &LabeledSet,
) -> Result<Student> {
    let training = &config.student;
    let phase = context.progress.phase("student", training.epochs as u64);
    let mut curve = Vec::with_capacity(training.epochs);
    let student = Student::train(
        &context.engine,
        architecture.clone(),
        training,
        context.seed(),
        set,
        context.dataset.pool.inputs(),
        &context.device,
        |epoch, loss| {
            phase.message(format!("loss {loss:.3}"));
            phase.update(epoch as u64);
            curve.push(json!({"phase": "student", "epoch": epoch, "loss": loss}));
        },
    )?;
    context.seconds.student = Some(phase.finish());
    curve
        .iter()
        .try_for_each(|line| context.metrics.record(line))?;
    Ok(student)
}

/// The student of an unfinished set of labels; none where its training diverges, which must not stop
/// what is paid for.
pub(super) fn interim(
    context: &mut Context,
    config: &Pate,
    architecture: &Architecture,
    set: &LabeledSet,
) -> Result<Option<Student>> {
    let pool = context.dataset.pool.inputs().select(&[0]);
    let trained = train(context, config, architecture, set).and_then(|student| {
        let answers = student.probabilities(&context.engine, &pool)?;
        Ok((student, answers.iter().all(|share| share.is_finite())))
    });
    match trained {
        Ok((student, true)) => Ok(Some(student)),
        Ok((_, false)) => Ok(None),
        Err(error) if diverged(&error) => Ok(None),
        Err(error) => Err(error),
    }
}

fn diverged(error: &anyhow::Error) -> bool {
    matches!(
        error.downcast_ref(),
        Some(StudentError::Training(TrainingError::Diverged { .. }))
    )
}
