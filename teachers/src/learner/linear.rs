//! Linear classifiers in closed form, and the votes of many of them.

use ndarray::Array2;
use privet_mechanisms::Sensitive;
use privet_training::data::InputShape;
use privet_training::gradient::{CpuEngine, GradientEngine, GradientWorker};
use privet_training::network::{Architecture, LayerSpec};
use privet_training::plain::TrainingError;

use super::regularised::Rows;
use super::{Classroom, Shard, Tutor};
use crate::ballots::Ballots;
use crate::{TeacherOutcome, TeachersError};

/// A way to fit a linear classifier without iterations.
pub(crate) trait ClosedForm {
    /// The classifier of these records; `None` where the system cannot be solved.
    fn fit(&self, rows: &Rows) -> Option<LinearClassifier>;
}

/// Scores `weights . x + bias`, one a class that occurs in the shard, in single precision.
pub(crate) struct LinearClassifier {
    /// The classes that occur, ascending.
    classes: Vec<u32>,
    /// `[values, classes that occur]`.
    weights: Array2<f32>,
    bias: Vec<f32>,
}

impl LinearClassifier {
    /// Of weights `[values, classes that occur]` and the scores at the mean input; `None` where a
    /// number is not finite in single precision.
    pub(crate) fn new(rows: &Rows, weights: &Array2<f64>, at_mean: &[f64]) -> Option<Self> {
        let slopes = rows.mean.dot(weights);
        let bias = at_mean.iter().zip(slopes);
        let bias: Vec<f32> = bias
            .map(|(at_mean, slope)| (at_mean - slope) as f32)
            .collect();
        let weights = weights.mapv(|weight| weight as f32);
        let finite = weights.iter().chain(&bias).all(|value| value.is_finite());
        finite.then(|| Self {
            classes: rows.classes.clone(),
            weights,
            bias,
        })
    }

    /// The parameters of a linear layer for `classes` classes: weights `[values, classes]`, bias. The
    /// classes that the shard lacks have zeros.
    pub(super) fn parameters(&self, classes: usize) -> Vec<f32> {
        let mut parameters = vec![0.0; (self.weights.nrows() + 1) * classes];
        let rows = self.weights.rows().into_iter().map(|row| row.to_vec());
        let rows = rows.chain([self.bias.clone()]);
        for (row, all) in rows.zip(parameters.chunks_exact_mut(classes.max(1))) {
            for (value, &class) in row.into_iter().zip(&self.classes) {
                all[class as usize] = value;
            }
        }
        parameters
    }
}

/// Queries that all teachers of a group are asked before the next ones, in values: about half of a
/// second-level cache, so that a teacher finds them there.
const BLOCK: usize = 1 << 17;

/// Fits linear teachers and asks them.
///
/// Each teacher's scores are a product of their own, by the same instructions in the same order
/// whichever others are in the group.
pub(crate) struct LinearTutor<'a> {
    learner: &'a dyn ClosedForm,
    class: Classroom<'a>,
    worker: Box<dyn GradientWorker>,
}

impl<'a> LinearTutor<'a> {
    pub(crate) fn new(
        learner: &'a dyn ClosedForm,
        class: Classroom<'a>,
    ) -> Result<Self, TeachersError> {
        let width = class.examples.expose_sensitive().inputs().ncols();
        let layer = LayerSpec::Linear {
            outputs: class.classes,
        };
        let architecture = Architecture::new(InputShape::flat(width), vec![layer], class.classes)?;
        let worker = CpuEngine::single_threaded().worker(&architecture);
        Ok(Self {
            learner,
            class,
            worker: worker.map_err(TrainingError::from)?,
        })
    }

    fn fit(&self, shard: &Shard<'_>) -> Option<LinearClassifier> {
        let examples = self.class.examples.expose_sensitive();
        let rows = Rows::new(examples, shard.records.expose_sensitive());
        self.learner.fit(&rows)
    }
}

/// A teacher that answers one block of queries after another.
struct Asked {
    /// Ascending.
    classes: Vec<u32>,
    parameters: Vec<f32>,
    ballots: Vec<u32>,
}

impl Tutor for LinearTutor<'_> {
    fn ballots(&mut self, shards: &[Shard<'_>]) -> Result<Vec<Ballots>, TeachersError> {
        let Classroom {
            queries,
            count,
            classes,
            ..
        } = self.class;
        let fitted = shards.iter().map(|shard| self.fit(shard));
        let mut teachers: Vec<Option<Asked>> = fitted
            .map(|fitted| {
                fitted.map(|classifier| Asked {
                    parameters: classifier.parameters(classes),
                    classes: classifier.classes,
                    ballots: Vec::with_capacity(count),
                })
            })
            .collect();
        let width = (queries.len() / count.max(1)).max(1);
        let rows = (BLOCK / width).max(1);
        for block in queries.chunks(rows * width) {
            for teacher in teachers.iter_mut().flatten() {
                let scores = self.worker.scores(&teacher.parameters, block);
                let scores = scores.map_err(TrainingError::from)?;
                let scores = scores.chunks_exact(classes.max(1));
                let best = scores.map(|scores| best_of(scores, &teacher.classes));
                teacher.ballots.extend(best);
            }
        }
        let ballots = teachers.into_iter().map(|teacher| match teacher {
            Some(teacher) => Ballots {
                outcome: TeacherOutcome::Trained,
                classes: Sensitive::new(teacher.ballots),
            },
            None => Ballots::fixed(TeacherOutcome::Diverged, count),
        });
        Ok(ballots.collect())
    }
}

/// The one of `classes`, which are ascending, with the highest score: the lowest of equals. A NaN
/// score never wins, and the first class stands where nothing exceeds its score.
fn best_of(scores: &[f32], classes: &[u32]) -> u32 {
    let mut classes = classes.iter().copied();
    let score = |class: u32| scores.get(class as usize).copied().unwrap_or(f32::NAN);
    let mut best = classes.next().unwrap_or(crate::FIXED_VOTE);
    let mut highest = score(best);
    for class in classes {
        let score = score(class);
        if score > highest || highest.is_nan() && !score.is_nan() {
            (best, highest) = (class, score);
        }
    }
    best
}
