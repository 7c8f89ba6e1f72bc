//! The one error of this crate.

use privet_accountant::sampler::banded::StrategyError;
use privet_accountant::{EventError, NeighboringRelation};

use crate::{Arithmetic, Clipping};

/// Why a plan could not be made, or a mechanism would not go on.
///
/// Messages name the field, its value and a way out, and contain public values only. That an error
/// happened may be private; those for which it is say so, such as
/// [`NonFiniteSum`](Self::NonFiniteSum).
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

    /// A score without a trial.
    #[error("there is no open trial to score: ask for the next one first")]
    NoTrial,

    /// A winner before the last trial.
    #[error("a trial is still open: score every trial before the winner is named")]
    OpenTrial,

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

    /// A prediction for a plan that needs none, or none for one that does.
    #[error(
        "{}",
        if *.interactive {
            "this plan compares the votes with the student's prediction: call \
             release_with_prediction"
        } else {
            "this plan has no use for a prediction: call release, or make an InteractiveGnMax"
        }
    )]
    Prediction {
        /// Whether the plan asks for one.
        interactive: bool,
    },

    /// Another number of ballots than the neighbours of a sample have. The numbers are private.
    ///
    /// That this happened may depend on private data: report it to the operator, publish nothing.
    #[error(
        "the histogram has another number of ballots than the neighbours in the sample: let each \
         of the nearest k vote once, or all of a sample of fewer; nothing was released"
    )]
    BallotsOfNeighbours,

    /// Ballots of records that are not what the plan says.
    ///
    /// That this happened may depend on private data: report it to the operator, publish nothing.
    #[error(
        "the ballots of some record are not those of the plan: let each record vote for its own class on \
         {ballots} different questions; nothing was released"
    )]
    BallotsOfRecords {
        /// The number of questions that a record votes on.
        ballots: u32,
    },

    /// A negative entry in votes that were said to have none.
    ///
    /// That this happened depends on private data: report it to the operator, publish nothing.
    #[error(
        "a vote has a negative entry, but the noise is made for votes without: plan VoteSign::Any, \
         or let teachers vote with bits or probabilities; nothing was released"
    )]
    NegativeVote,

    /// A private value or standard deviation that exact noise does not take.
    ///
    /// That this happened depends on private data: report it to the operator, publish nothing.
    #[error(
        "the value or the noise to be added to it is no number, or too large or too small for the \
         spacing of the result: the noise must be 2^-20 to 2^40 times that, the value at most \
         2^40 times; take another public spacing; nothing was released"
    )]
    PrivateNumber,

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

    /// A saved state that no run of the plan can have been in.
    #[error(
        "the saved state does not fit the plan: {reason}; resume with the state that was saved \
         beside the model, and with the config of that run"
    )]
    StateOfAnotherPlan {
        /// What does not fit.
        reason: &'static str,
    },

    /// A sum that was clipped by another rule than the noise is made for.
    #[error(
        "the sum was clipped by {found:?}, but the noise of this step is made for {planned:?}; \
         clip each batch by the run's clipping()"
    )]
    Clipping {
        /// The rule that the sum states.
        found: Clipping,
        /// The rule of the step.
        planned: Clipping,
    },

    /// Votes of another number of teachers than the plan has.
    #[error(
        "votes of {found} teachers where the plan has {expected}: a failed teacher casts a fixed \
         vote"
    )]
    Teachers {
        /// How many voted.
        found: usize,
        /// How many the plan has.
        expected: u32,
    },

    /// Sums of different lengths in one run.
    #[error(
        "a sum has {found} coordinates where {expected} were expected: a training has one model of \
         one size"
    )]
    Length {
        /// Coordinates of the sum.
        found: usize,
        /// Coordinates of the sums before, or of the other parts of the batch.
        expected: usize,
    },

    /// A sum over another number of units than the batch has. The numbers are private.
    ///
    /// That this happened may depend on private data: report it to the operator, publish nothing.
    #[error(
        "the sum is over another number of units than the batch: sum all of the batch, and only \
         it, and give the norm of every unit; nothing was released"
    )]
    UnitsOfAnotherBatch,

    /// More private units than the plan's cost was made for. How many there are is private.
    ///
    /// That this happened depends on private data: report it to the operator, publish nothing.
    #[error(
        "there are more private units than maximum_units = {maximum_units}, for which the cost \
         was computed; make a plan with a larger public maximum"
    )]
    TooManyUnits {
        /// The declared maximum.
        maximum_units: u64,
    },

    /// A sum of another length than its grid.
    #[error(
        "the sum has {found} coordinates, but its grid was made for {parameters}; the grid depends \
         on the number, so ask the run for its grid({found})"
    )]
    GridSize {
        /// How many coordinates the sum has.
        found: usize,
        /// How many the grid has.
        parameters: usize,
    },

    /// A grid that was made for another clipping rule than the sum's.
    #[error(
        "the sum was clipped to {clipped}, but its grid was made for gradients clipped to {grid}; \
         ask the run for its grid in every step"
    )]
    GridClipping {
        /// The sensitivity of the sum's rule.
        clipped: f64,
        /// That for which the grid was made.
        grid: f64,
    },

    /// A sum in floating point for an exact plan, or the other way round.
    #[error(
        "the sum is in {found:?} arithmetic, but the plan is in {planned:?}: compute sums on the \
         run's grid() and release them with release_exact where the plan is exact, and floating \
         sums with release where it is not; nothing was released"
    )]
    Arithmetic {
        /// That of the sum.
        found: Arithmetic,
        /// That of the plan.
        planned: Arithmetic,
    },

    /// The accountant knows no sensitivity of a banded strategy.
    #[error("the banded strategy has no known sensitivity: {0}")]
    Strategy(#[from] StrategyError),

    /// A training has no event under this neighbouring relation.
    #[error("the training has no privacy event under {relation}: {reason}")]
    Relation {
        /// The relation that was asked for.
        relation: NeighboringRelation,
        /// Why, and what to do.
        reason: &'static str,
    },

    /// Parts of a plan for which there is no theorem together.
    #[error("these parts of the plan do not go together: {reason}")]
    Combination {
        /// Why, and what to do.
        reason: &'static str,
    },

    /// A record's next turn comes before its last one has left the bands.
    #[error(
        "a strategy of {bands} bands is not amplified by cyclic Poisson sampling from {groups} \
         groups, because uses of one record overlap; take at most as many bands as groups"
    )]
    BandsOverlap {
        /// Bands of the strategy.
        bands: usize,
        /// Groups of the sampler.
        groups: u64,
    },

    /// A clipped sum with a NaN or an infinity in it: a broken gradient engine.
    ///
    /// That this happened depends on private data: report it to the operator, publish nothing.
    #[error(
        "a coordinate of the clipped sum is not finite: the gradient engine must leave out \
         units whose norm is NaN or infinite (clip_factor returns 0 for them, and 0 * NaN is \
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
