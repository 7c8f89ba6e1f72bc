//! Sampling and clipping in words, for the reports.

use privet_mechanisms::correlated::TreeEstimator;
use privet_mechanisms::{
    Arithmetic, Clipping, ClippingPlan, NoiseStrategy, NoisySgdMechanism, Sampling,
};

use crate::config::PrivacyTarget;

/// What a student's guarantee rests on beside the model's.
pub(super) const PUBLIC_POOL: &str = "the public pool, which the student learned from, holds none of the private \
                                       records and was chosen without them";

/// What each step does to the units, each sentence by itself.
pub(super) fn of(mechanism: &NoisySgdMechanism, privacy: &PrivacyTarget) -> Vec<String> {
    let (parameters, unit) = (mechanism.parameters(), privacy.protected().name());
    let grouped = privacy.unit.as_ref().map(|unit| {
        let used = match unit.maximum_records {
            Some(most) => format!("of each the first {most} are used"),
            None => "all are used".to_owned(),
        };
        format!(
            "unit: a user is all records with one value in the column \"{}\"; {used}, and the mean of \
             their gradients is the gradient of the user",
            unit.column
        )
    });
    let step = [
        sampling(&parameters.sampling, unit),
        clipping(&parameters.clipping, unit),
        format!(
            "{}; the sum is divided by {}, the batch size expected of {} declared {unit}s",
            noise(mechanism, unit),
            mechanism.expected_batch_size(),
            parameters.declared_units
        ),
        arithmetic(parameters.arithmetic).to_owned(),
    ];
    grouped.into_iter().chain(step).collect()
}

/// What the cost rests on beside what every noisy SGD rests on.
pub(super) fn assumptions(mechanism: &NoisySgdMechanism, privacy: &PrivacyTarget) -> Vec<String> {
    let unit = privacy.protected().name();
    match mechanism.parameters().sampling {
        Sampling::TruncatedPoisson { maximum_units, .. } => vec![format!(
            "there are at most {maximum_units} private {unit}s (maximum_units), a bound that was chosen \
             without counting them; a run on more is refused, and a refusal is not hidden"
        )],
        _ => Vec::new(),
    }
}

fn noise(mechanism: &NoisySgdMechanism, unit: &str) -> String {
    let (steps, multiplier) = (mechanism.steps(), mechanism.gradient_noise_multiplier());
    let parameters = mechanism.parameters();
    let Some(correlated) = mechanism.correlated() else {
        return format!(
            "noise on each of {steps} steps: Gaussian, {multiplier} times the sensitivity"
        );
    };
    let shape = match &parameters.noise {
        NoiseStrategy::Banded(banded) if banded.bands() == 1 => {
            "independent from step to step".to_owned()
        }
        NoiseStrategy::Banded(banded) => format!(
            "correlated across steps by a banded Toeplitz matrix of {} bands",
            banded.bands()
        ),
        NoiseStrategy::Tree(TreeEstimator::Plain) => {
            "correlated across steps by a binary tree".to_owned()
        }
        NoiseStrategy::Tree(TreeEstimator::Honaker) => {
            "correlated across steps by a binary tree with Honaker's estimate".to_owned()
        }
    };
    let changed = match parameters.sampling {
        Sampling::CyclicPoisson { .. } => format!("one use of a {unit} changes"),
        _ => format!("one {unit} changes in all steps together"),
    };
    format!(
        "noise on each of {steps} steps: Gaussian, {shape}; {multiplier} times what {changed}, which \
         is {} times the bound on one gradient",
        correlated.sensitivity()
    )
}

fn arithmetic(arithmetic: Arithmetic) -> &'static str {
    match arithmetic {
        Arithmetic::Float => {
            "arithmetic: sums and noise are in floating point, the sums in f32 and f64, the noise in f64"
        }
        Arithmetic::Exact => {
            "arithmetic: exact; clipped gradients are rounded to a grid, their sums are of integers, and \
             the noise is an exactly sampled normal value rounded to an integer, enlarged for the \
             rounding of the gradients"
        }
    }
}

fn sampling(sampling: &Sampling, unit: &str) -> String {
    match sampling {
        Sampling::Poisson {
            sampling_probability: q,
        } => format!(
            "sampling: each step's batch holds each {unit} independently with probability {q} \
             (Poisson sampling)"
        ),
        Sampling::TruncatedPoisson {
            sampling_probability: q,
            maximum_batch_size,
            maximum_units,
        } => format!(
            "sampling: each step's batch holds each {unit} independently with probability {q}; of a \
             batch larger than {maximum_batch_size} a random part of that size is kept (truncated \
             Poisson sampling of at most {maximum_units} {unit}s)"
        ),
        Sampling::RandomAllocation {
            steps_per_epoch,
            selected,
        } => format!(
            "sampling: of every {steps_per_epoch} steps each {unit} is in {selected}, chosen at \
             random and independently of the others (random allocation)"
        ),
        Sampling::FixedOrder { steps_per_epoch } => format!(
            "sampling: none; the {unit}s take turns in the order of the file, each in one of every \
             {steps_per_epoch} steps"
        ),
        Sampling::CyclicPoisson {
            groups,
            sampling_probability: q,
        } => format!(
            "sampling: the {unit}s form {groups} groups by their place in the file, which take turns; \
             a step's batch holds each {unit} of its group independently with probability {q} (cyclic \
             Poisson sampling)"
        ),
    }
}

fn clipping(plan: &ClippingPlan, unit: &str) -> String {
    match plan {
        ClippingPlan::Fixed(Clipping::Flat { norm }) => {
            format!("clipping: the gradient of each {unit} is shortened to L2 length {norm}")
        }
        ClippingPlan::Fixed(Clipping::PerLayer { norms }) => {
            let norms: Vec<String> = norms.iter().map(f64::to_string).collect();
            format!(
                "clipping: the gradient of each {unit} is shortened layer by layer to L2 lengths {}, \
                 which bounds it by {} in all",
                norms.join(", "),
                plan.initial().sensitivity()
            )
        }
        ClippingPlan::Fixed(Clipping::Automatic { norm, stability }) => format!(
            "clipping: the gradient of each {unit} is divided by its L2 length plus {stability} and \
             multiplied by {norm}, which bounds it (automatic clipping)"
        ),
        ClippingPlan::Adaptive(adaptive) => format!(
            "clipping: the gradient of each {unit} is shortened to an L2 length that starts at {} and \
             follows the {} quantile of the lengths, by counts with noise of standard deviation {}, \
             whose cost is part of each step's (adaptive clipping)",
            adaptive.initial_norm, adaptive.target_quantile, adaptive.count_noise
        ),
    }
}
