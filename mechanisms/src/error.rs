//! The one error of this crate.

use privet_accountant::EventError;

/// Why a plan could not be made, or a mechanism would not go on.
///
/// Messages name the field, its value and a way out. They contain public values only, with one
/// exception that says so: [`NonFiniteSum`](Self::NonFiniteSum).
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum MechanismError {
    /// A number of the plan is outside its range.
    #[error("{field} is {value}, but must be {expected}")]
    OutOfRange {
        /// The parameter as the plan names it.
        field: &'static str,
        /// What was given.
        value: f64,
        /// What is allowed, and what to do.
        expected: &'static str,
    },

    /// The accountant refused to describe the plan.
    #[error("the plan has no privacy event: {0}")]
    Event(#[from] EventError),

    /// The operating system gave no entropy.
    #[error(
        "the operating system gave no random bytes for the noise key ({0}); without them there is \
         no privacy, so nothing was run"
    )]
    NoEntropy(String),

    /// Bytes that are not a noise key.
    #[error(
        "these {length} bytes are not a noise key: it has 32 bytes, not all of them zero (a zeroed \
         file is what a crash can leave); the run cannot be resumed, start a new one and let it be \
         charged"
    )]
    BadKey {
        /// How many bytes were given.
        length: usize,
    },

    /// The same plan was started twice from one noise source.
    #[error(
        "the plan '{plan}' was already started from this noise source: a second run would repeat \
         its noise on other questions; give it a noise key of its own"
    )]
    AlreadyStarted {
        /// What names the plan's noise.
        plan: String,
    },

    /// Ballots or counts do not fit the declared classes.
    #[error("{found} does not fit a plan of {classes} classes")]
    Classes {
        /// What was found.
        found: String,
        /// The number of classes of the plan or histogram.
        classes: usize,
    },

    /// A query was released twice, or out of order.
    #[error(
        "query {query} was offered where query {expected} is next: queries are released once each, \
         in order from 0; a resumed run replays from 0"
    )]
    QueryOrder {
        /// The query that was offered.
        query: u64,
        /// The only one that is allowed.
        expected: u64,
    },

    /// More queries than the plan pays for.
    #[error(
        "query {query} is beyond the plan, which pays for {queries} queries; make a plan with more \
         queries and charge it"
    )]
    QueryBeyondPlan {
        /// The query that was offered.
        query: u64,
        /// How many the plan has.
        queries: u64,
    },

    /// A batch that another run drew.
    #[error("this batch was drawn by another run; step on batches from this run's next_batch only")]
    ForeignBatch,

    /// A batch of a step that is not the next one to be released.
    #[error(
        "a batch of step {step} was offered where step {expected} is next: batches are released \
         once each, in the order in which they were drawn"
    )]
    StepOrder {
        /// The step of the batch.
        step: u64,
        /// The only one that is allowed.
        expected: u64,
    },

    /// A start beyond the end of the plan.
    #[error("step {step} is beyond the plan, which has {steps} steps")]
    StepBeyondPlan {
        /// The step that was asked for.
        step: u64,
        /// How many the plan has.
        steps: u64,
    },

    /// A sum that was clipped to another norm than the plan's.
    #[error(
        "the sum was clipped to {found}, but the plan's clipping norm is {planned}; clip with the \
         plan's clipping_norm()"
    )]
    ClippingNorm {
        /// The norm that the sum states.
        found: f64,
        /// The norm that the noise was made for.
        planned: f64,
    },

    /// A sum of another length than its grid.
    #[error(
        "the sum has {found} coordinates, but its grid was made for {parameters}; the grid depends \
         on the number, so make it with Grid::for_clipping(clipping_norm, {found})"
    )]
    GridSize {
        /// How many coordinates the sum has.
        found: usize,
        /// How many the grid has.
        parameters: usize,
    },

    /// A clipped sum with a NaN or an infinity in it: a broken gradient engine.
    ///
    /// That this happened depends on private data: report it to the operator, publish nothing.
    #[error(
        "a coordinate of the clipped sum is not finite: the gradient engine must leave out \
         examples whose norm is NaN or infinite (clip_factor returns 0 for them, and 0 * NaN is \
         NaN, so skip them); nothing was released"
    )]
    NonFiniteSum,
}

/// `value` if it is finite and positive; NaN is not.
pub(crate) fn positive(
    field: &'static str,
    value: f64,
    expected: &'static str,
) -> Result<f64, MechanismError> {
    in_range(field, value, value > 0.0 && value.is_finite(), expected)
}

/// `value` if `valid`.
pub(crate) fn in_range(
    field: &'static str,
    value: f64,
    valid: bool,
    expected: &'static str,
) -> Result<f64, MechanismError> {
    if valid {
        Ok(value)
    } else {
        Err(MechanismError::OutOfRange {
            field,
            value,
            expected,
        })
    }
}
