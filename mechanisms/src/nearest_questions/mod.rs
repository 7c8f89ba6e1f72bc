//! Nearest questions: every private record votes on the questions that are nearest to it.
//!
//! No teachers are trained. All questions are public inputs and are known before the first is
//! answered. Every record casts a ballot for its own label on each of the `m` questions nearest to it
//! in a *public* feature space, and the class with the largest noisy count of each question is released.
//! In [private kNN](crate::private_knn) (Zhu et al., CVPR 2020) a question chooses its records, and each
//! question costs anew; here a record chooses its questions, so that what it can do to all answers
//! together does not grow with their number.
//!
//! # Sensitivity
//! The ballots of a record depend on that record and on public values alone, and fall on `m` different
//! questions. The votes on all questions together, one vector of `queries x classes` counts, are
//! therefore a sum over the records of vectors that have `m` entries of 1 and are 0 elsewhere. Under
//! add-or-remove-one and replace-special it moves by `sqrt(m)` in L2, however many questions and records
//! there are. Under replace-one `m` ballots disappear and `m` appear: at most `sqrt(2 m)`.
//!
//! # Theorem
//! With independent Gaussian noise of standard deviation `sigma` votes on every count, that vector is
//! one Gaussian mechanism with noise multiplier `sigma / sqrt(m)` (Mironov, "Renyi differential privacy",
//! CSF 2017, corollary 3; Balle and Wang, "Improving the Gaussian mechanism for differential privacy",
//! ICML 2018, theorem 8), and the classes of the largest noisy counts are post-processing of it. Under
//! replace-one accountants charge the event for a sum whose terms have norm 1 and are exchanged, `2 sqrt(m)`
//! here: more than the truth.
//!
//! With `m = 1` the questions divide the feature space into cells, each record is in one, and the
//! votes are the histogram of a partition, whose cells compose in parallel.
//!
//! # No data-dependent cost
//! The cost holds for any votes. Labels are charged together, and no bound for the votes at hand is
//! computed for such a vector of labels.
//!
//! # What the caller must see to
//! - Features come from a public function, trained on public data, and questions are public.
//! - Which question is nearer to a record depends on that record and public values alone, also where
//!   distances are equal.

mod ballots;
mod plan;
mod run;

pub use ballots::NearestBallots;
pub use plan::{NearestQuestions, NearestQuestionsParameters};
pub use run::NearestQuestionsRun;
