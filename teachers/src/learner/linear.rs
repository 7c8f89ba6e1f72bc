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

    /// Writes weights, then the bias, into columns `first..` of a linear layer's parameters
    /// `[values + 1, columns]`. The classes that the shard lacks are left as they are.
    pub(super) fn write(&self, parameters: &mut [f32], columns: usize, first: usize) {
        let weights = self.weights.iter().chain(&self.bias);
        for (place, weight) in weights.enumerate() {
            let (row, class) = (place / self.classes.len(), place % self.classes.len());
            parameters[row * columns + first + self.classes[class] as usize] = *weight;
        }
    }
}

/// Scores that are computed at a time: 4 MiB.
const SCORES: usize = 1 << 20;

/// Scores of one query that are computed together: enough to fill vector registers.
const TOGETHER: usize = 160;

/// Weights of teachers that are asked together: 16 MiB.
const WEIGHTS: usize = 1 << 22;

/// How many linear teachers are asked together.
///
/// It follows from public constants alone, so that a resumed run and one with more threads have the
/// same groups, and leaves groups enough for many threads.
pub(crate) fn teachers_together(teachers: usize, width: usize, classes: usize) -> usize {
    let weights = width.saturating_mul(classes).max(1);
    let most = (TOGETHER / classes.max(1)).min(WEIGHTS / weights);
    most.min(teachers / 64).max(1)
}

/// Fits linear teachers and asks several in one product, each in columns of its own.
///
/// A column of a product is the sum over the query's values of this column's weights, in an order
/// that no other column decides, whatever they hold. A teacher's columns follow from its number, so
/// that they are the same whichever other teachers are asked beside it.
pub(crate) struct LinearTutor<'a> {
    learner: &'a dyn ClosedForm,
    class: Classroom<'a>,
    /// How many teachers the columns are for.
    together: usize,
    worker: Box<dyn GradientWorker>,
}

impl<'a> LinearTutor<'a> {
    pub(crate) fn new(
        learner: &'a dyn ClosedForm,
        class: Classroom<'a>,
    ) -> Result<Self, TeachersError> {
        let width = class.examples.expose_sensitive().inputs().ncols();
        let together = teachers_together(class.teachers, width, class.classes);
        let outputs = together * class.classes;
        let layer = LayerSpec::Linear { outputs };
        let architecture = Architecture::new(InputShape::flat(width), vec![layer], outputs)?;
        let worker = CpuEngine::single_threaded().worker(&architecture);
        Ok(Self {
            learner,
            class,
            together,
            worker: worker.map_err(TrainingError::from)?,
        })
    }

    fn fit(&self, shard: &Shard<'_>) -> Option<LinearClassifier> {
        let examples = self.class.examples.expose_sensitive();
        let rows = Rows::new(examples, shard.records.expose_sensitive());
        self.learner.fit(&rows)
    }
}

/// A fitted teacher and its answers.
struct Asked {
    /// First of its columns.
    first: usize,
    /// The classes that its shard has, ascending.
    classes: Vec<u32>,
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
        let width = self.class.examples.expose_sensitive().inputs().ncols();
        let columns = self.together * classes;
        let mut parameters = vec![0.0; (width + 1) * columns];
        let mut teachers = Vec::with_capacity(shards.len());
        for shard in shards {
            let first = shard.teacher % self.together * classes;
            teachers.push(self.fit(shard).map(|classifier| {
                classifier.write(&mut parameters, columns, first);
                Asked {
                    first,
                    classes: classifier.classes,
                    ballots: Vec::with_capacity(count),
                }
            }));
        }
        let rows = (SCORES / columns.max(1)).max(1);
        for block in queries.chunks(rows * width.max(1)) {
            let scores = self.worker.scores(&parameters, block);
            let scores = scores.map_err(TrainingError::from)?;
            for scores in scores.chunks_exact(columns.max(1)) {
                for teacher in teachers.iter_mut().flatten() {
                    let own = &scores[teacher.first..][..classes];
                    teacher.ballots.push(best_of(own, &teacher.classes));
                }
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
