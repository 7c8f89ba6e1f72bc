//! One checked constructor for each kind of event.

use super::{
    ChangedVotes, Count, DeltaParameter, DpEvent, EpsilonParameter, EventError, NoiseMultiplier,
    NumBuckets, Repetitions, Rho, SamplingProbability, Sensitivity, Shift, Smoothness,
    StandardDeviation, VoteNoise, VoteNoiseScale,
};

impl DpEvent {
    /// [`NoOp`](Self::NoOp).
    #[must_use]
    pub const fn no_op() -> Self {
        Self::NoOp
    }

    /// [`NonPrivate`](Self::NonPrivate).
    #[must_use]
    pub const fn non_private() -> Self {
        Self::NonPrivate
    }

    /// [`Gaussian`](Self::Gaussian) noise on a sum.
    ///
    /// # Errors
    /// `noise_multiplier` is negative, infinite or not a number.
    pub fn gaussian(noise_multiplier: f64) -> Result<Self, EventError> {
        Ok(Self::Gaussian {
            noise_multiplier: NoiseMultiplier::new(noise_multiplier)?,
        })
    }

    /// [`Laplace`](Self::Laplace) noise on a sum.
    ///
    /// # Errors
    /// `noise_multiplier` is negative, infinite or not a number.
    pub fn laplace(noise_multiplier: f64) -> Result<Self, EventError> {
        Ok(Self::Laplace {
            noise_multiplier: NoiseMultiplier::new(noise_multiplier)?,
        })
    }

    /// `event` on a [Poisson sample](Self::PoissonSampled) of the records.
    ///
    /// # Errors
    /// `sampling_probability` is not in [0, 1], or the event is nested deeper than [`MAX_DEPTH`](super::MAX_DEPTH).
    pub fn poisson_sampled(sampling_probability: f64, event: Self) -> Result<Self, EventError> {
        event.check_room_around(1)?;
        Ok(Self::PoissonSampled {
            sampling_probability: SamplingProbability::new(sampling_probability)?,
            event: Box::new(event),
        })
    }

    /// `event`, `count` times: [`SelfComposed`](Self::SelfComposed).
    ///
    /// # Errors
    /// `count` is 0, or the event is nested deeper than [`MAX_DEPTH`](super::MAX_DEPTH).
    pub fn self_composed(event: Self, count: u64) -> Result<Self, EventError> {
        event.check_room_around(1)?;
        Ok(Self::SelfComposed {
            count: Count::new(count)?,
            event: Box::new(event),
        })
    }

    /// All of `events`: [`Composed`](Self::Composed). Compositions among `events` are spliced in,
    /// so that a composition never directly holds another; no events at all cost nothing.
    #[must_use]
    pub fn composed(events: Vec<Self>) -> Self {
        let splice = |event| match event {
            Self::Composed { events } => events,
            other => vec![other],
        };
        Self::Composed {
            events: events.into_iter().flat_map(splice).collect(),
        }
    }

    /// PATE's [noisy maximum](Self::NoisyMax); `scale` and `changed_votes` count votes.
    ///
    /// # Errors
    /// `scale` is negative, infinite or not a number, or `changed_votes` is 0.
    pub fn noisy_max(noise: VoteNoise, scale: f64, changed_votes: u32) -> Result<Self, EventError> {
        let (scale, changed_votes) = (
            VoteNoiseScale::new(scale)?,
            ChangedVotes::new(changed_votes)?,
        );
        Ok(Self::NoisyMax {
            noise,
            scale,
            changed_votes,
        })
    }

    /// PATE's [threshold check](Self::ThresholdCheck); `scale` and `changed_votes` count votes.
    ///
    /// # Errors
    /// `scale` is negative, infinite or not a number, or `changed_votes` is 0.
    pub fn threshold_check(
        noise: VoteNoise,
        scale: f64,
        changed_votes: u32,
    ) -> Result<Self, EventError> {
        let (scale, changed_votes) = (
            VoteNoiseScale::new(scale)?,
            ChangedVotes::new(changed_votes)?,
        );
        Ok(Self::ThresholdCheck {
            noise,
            scale,
            changed_votes,
        })
    }

    /// A number with noise scaled to its smooth sensitivity:
    /// [`SmoothSensitivityRelease`](Self::SmoothSensitivityRelease).
    ///
    /// # Errors
    /// A number out of its range.
    pub fn smooth_sensitivity_release(
        smoothness: f64,
        noise_multiplier: f64,
        shift: f64,
    ) -> Result<Self, EventError> {
        Ok(Self::SmoothSensitivityRelease {
            smoothness: Smoothness::new(smoothness)?,
            noise_multiplier: NoiseMultiplier::new(noise_multiplier)?,
            shift: Shift::new(shift)?,
        })
    }

    /// [`DiscreteLaplace`](Self::DiscreteLaplace) noise of scale `noise_multiplier` times
    /// `sensitivity` on a sum of integers.
    ///
    /// # Errors
    /// `noise_multiplier` is negative, infinite or not a number, or `sensitivity` is not in
    /// 1..=[`Sensitivity::MAX`].
    pub fn discrete_laplace(noise_multiplier: f64, sensitivity: u64) -> Result<Self, EventError> {
        Ok(Self::DiscreteLaplace {
            noise_multiplier: NoiseMultiplier::new(noise_multiplier)?,
            sensitivity: Sensitivity::new(sensitivity)?,
        })
    }

    /// [`DiscreteGaussian`](Self::DiscreteGaussian) noise of scale `noise_multiplier` times
    /// `sensitivity` on a sum of integers.
    ///
    /// # Errors
    /// As for [`discrete_laplace`](Self::discrete_laplace).
    pub fn discrete_gaussian(noise_multiplier: f64, sensitivity: u64) -> Result<Self, EventError> {
        Ok(Self::DiscreteGaussian {
            noise_multiplier: NoiseMultiplier::new(noise_multiplier)?,
            sensitivity: Sensitivity::new(sensitivity)?,
        })
    }

    /// [`RandomizedResponse`](Self::RandomizedResponse).
    ///
    /// # Errors
    /// `noise_parameter` is not in [0, 1], or there are fewer than 2 buckets.
    pub fn randomized_response(noise_parameter: f64, num_buckets: u64) -> Result<Self, EventError> {
        let refuse = |_| EventError::OutOfRange {
            field: "noise_parameter",
            value: noise_parameter,
            allowed: "a number between 0 and 1",
        };
        Ok(Self::RandomizedResponse {
            noise_parameter: SamplingProbability::new(noise_parameter).map_err(refuse)?,
            num_buckets: NumBuckets::new(num_buckets)?,
        })
    }

    /// A mechanism known by its [(epsilon, delta)](Self::EpsilonDelta) alone.
    ///
    /// # Errors
    /// `epsilon` is negative, infinite or not a number, or `delta` is not in [0, 1].
    pub fn epsilon_delta(epsilon: f64, delta: f64) -> Result<Self, EventError> {
        Ok(Self::EpsilonDelta {
            epsilon: EpsilonParameter::new(epsilon)?,
            delta: DeltaParameter::new(delta)?,
        })
    }

    /// A mechanism known by its [(xi, rho)-zCDP](Self::ZCdp) alone.
    ///
    /// # Errors
    /// A parameter is negative, infinite or not a number.
    pub fn z_cdp(rho: f64, xi: f64) -> Result<Self, EventError> {
        let refuse_xi = |_| EventError::OutOfRange {
            field: "xi",
            value: xi,
            allowed: "a finite number, 0 or larger",
        };
        Ok(Self::ZCdp {
            rho: Rho::new(rho)?,
            xi: Rho::new(xi).map_err(refuse_xi)?,
        })
    }

    /// A [mixture of Gaussians](Self::MixtureOfGaussians) against one Gaussian.
    ///
    /// # Errors
    /// `standard_deviation` is not finite and above 0, the lists are empty or of different
    /// lengths, a sensitivity is negative, infinite or not a number, or the probabilities are
    /// none or do not sum to 1 within 1e-12.
    pub fn mixture_of_gaussians(
        standard_deviation: f64,
        sensitivities: Vec<f64>,
        sampling_probabilities: Vec<f64>,
    ) -> Result<Self, EventError> {
        check_mixture(&sensitivities, &sampling_probabilities)?;
        Ok(Self::MixtureOfGaussians {
            standard_deviation: StandardDeviation::new(standard_deviation)?,
            sensitivities,
            sampling_probabilities,
        })
    }

    /// `event` on a [sample without replacement](Self::SampledWithoutReplacement).
    ///
    /// # Errors
    /// A size is 0, the sample is larger than the source, or the event is nested too deeply.
    pub fn sampled_without_replacement(
        source_dataset_size: u64,
        sample_size: u64,
        event: Self,
    ) -> Result<Self, EventError> {
        event.check_room_around(1)?;
        at_most(
            "sample_size",
            sample_size,
            source_dataset_size,
            "at most source_dataset_size",
        )?;
        Ok(Self::SampledWithoutReplacement {
            source_dataset_size: Count::named("source_dataset_size", source_dataset_size)?,
            sample_size: Count::named("sample_size", sample_size)?,
            event: Box::new(event),
        })
    }

    /// `event` on a [sample with replacement](Self::SampledWithReplacement).
    ///
    /// # Errors
    /// A size is 0, or the event is nested too deeply.
    pub fn sampled_with_replacement(
        source_dataset_size: u64,
        sample_size: u64,
        event: Self,
    ) -> Result<Self, EventError> {
        event.check_room_around(1)?;
        Ok(Self::SampledWithReplacement {
            source_dataset_size: Count::named("source_dataset_size", source_dataset_size)?,
            sample_size: Count::named("sample_size", sample_size)?,
            event: Box::new(event),
        })
    }

    /// The Gaussian mechanism on a [truncated Poisson sample](Self::TruncatedSubsampledGaussian).
    ///
    /// # Errors
    /// A size is 0, `sampling_probability` is not in [0, 1], or `noise_multiplier` is negative,
    /// infinite or not a number.
    pub fn truncated_subsampled_gaussian(
        dataset_size: u64,
        sampling_probability: f64,
        truncated_batch_size: u64,
        noise_multiplier: f64,
    ) -> Result<Self, EventError> {
        Ok(Self::TruncatedSubsampledGaussian {
            dataset_size: Count::named("dataset_size", dataset_size)?,
            sampling_probability: SamplingProbability::new(sampling_probability)?,
            truncated_batch_size: Count::named("truncated_batch_size", truncated_batch_size)?,
            noise_multiplier: NoiseMultiplier::new(noise_multiplier)?,
        })
    }

    /// `steps` releases of `event`, each record in `selected` of them at random:
    /// [`RandomAllocation`](Self::RandomAllocation).
    ///
    /// # Errors
    /// A number is 0, `selected` exceeds `steps`, or the event is nested too deeply.
    pub fn random_allocation(steps: u64, selected: u64, event: Self) -> Result<Self, EventError> {
        event.check_room_around(1)?;
        at_most("selected", selected, steps, "at most steps")?;
        Ok(Self::RandomAllocation {
            steps: Count::named("steps", steps)?,
            selected: Count::named("selected", selected)?,
            event: Box::new(event),
        })
    }

    /// One pass over `batches` [shuffled batches](Self::Shuffled).
    ///
    /// # Errors
    /// `batches` is 0, or the event is nested too deeply.
    pub fn shuffled(batches: u64, event: Self) -> Result<Self, EventError> {
        event.check_room_around(1)?;
        Ok(Self::Shuffled {
            batches: Count::named("batches", batches)?,
            event: Box::new(event),
        })
    }

    /// [`SingleEpochTreeAggregation`](Self::SingleEpochTreeAggregation) with trees of so many
    /// leaves.
    ///
    /// # Errors
    /// There is no tree, a tree has no leaf, or `noise_multiplier` is negative, infinite or not a
    /// number.
    pub fn single_epoch_tree_aggregation(
        noise_multiplier: f64,
        step_counts: &[u64],
    ) -> Result<Self, EventError> {
        if step_counts.is_empty() {
            return Err(EventError::Zero {
                field: "step_counts",
            });
        }
        let count = |steps: &u64| Count::named("step_counts", *steps);
        Ok(Self::SingleEpochTreeAggregation {
            noise_multiplier: NoiseMultiplier::new(noise_multiplier)?,
            step_counts: step_counts.iter().map(count).collect::<Result<_, _>>()?,
        })
    }

    /// The best of a random number of runs of `event`: [`RepeatAndSelect`](Self::RepeatAndSelect).
    ///
    /// # Errors
    /// The event is nested too deeply.
    pub fn repeat_and_select(event: Self, repetitions: Repetitions) -> Result<Self, EventError> {
        event.check_room_around(1)?;
        Ok(Self::RepeatAndSelect {
            event: Box::new(event),
            repetitions,
        })
    }
}

/// Refuses a number above its limit.
fn at_most(
    field: &'static str,
    value: u64,
    limit: u64,
    allowed: &'static str,
) -> Result<(), EventError> {
    if value > limit {
        let value = value as f64;
        return Err(EventError::OutOfRange {
            field,
            value,
            allowed,
        });
    }
    Ok(())
}

/// Refuses components that are not a probability distribution over sensitivities.
fn check_mixture(sensitivities: &[f64], probabilities: &[f64]) -> Result<(), EventError> {
    let refuse = |field, value, allowed| {
        Err(EventError::OutOfRange {
            field,
            value,
            allowed,
        })
    };
    if sensitivities.is_empty() {
        return Err(EventError::Zero {
            field: "sensitivities",
        });
    }
    if sensitivities.len() != probabilities.len() {
        let length = probabilities.len() as f64;
        return refuse(
            "sampling_probabilities",
            length,
            "as many numbers as sensitivities",
        );
    }
    for &value in sensitivities {
        if !(value >= 0.0 && value.is_finite()) {
            return refuse("sensitivities", value, "finite numbers, 0 or larger");
        }
    }
    for &value in probabilities {
        if !(0.0..=1.0).contains(&value) {
            return refuse("sampling_probabilities", value, "numbers between 0 and 1");
        }
    }
    let sum: f64 = probabilities.iter().sum();
    if (sum - 1.0).abs() > 1e-12 {
        return refuse("sampling_probabilities", sum, "numbers that sum to 1");
    }
    Ok(())
}
