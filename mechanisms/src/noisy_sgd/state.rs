//! What a run carries from step to step.

use serde::{Deserialize, Serialize};

use super::{Clipping, ClippingPlan, NoisySgdMechanism};
use crate::MechanismError;

/// Where a run stands between two steps: save it beside the model, resume from both.
///
/// All of it is public: steps are counted, and an adaptive clipping norm is a function of what was
/// released.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RunState {
    /// The next step: how many were released.
    pub step: u64,
    /// The clipping norm of the next step, where clipping is adaptive.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub clipping_norm: Option<f64>,
}

impl RunState {
    /// The rule of the next step.
    ///
    /// # Errors
    /// A state that no run of the plan can have been in.
    pub(super) fn clipping(&self, plan: &NoisySgdMechanism) -> Result<Clipping, MechanismError> {
        let refuse = |reason| Err(MechanismError::StateOfAnotherPlan { reason });
        let (step, steps) = (self.step, plan.steps());
        if step > steps {
            return Err(MechanismError::StepBeyondPlan { step, steps });
        }
        let clipping = &plan.parameters().clipping;
        match (clipping, self.clipping_norm) {
            (ClippingPlan::Fixed(clipping), None) => Ok(clipping.clone()),
            (ClippingPlan::Fixed(_), Some(_)) => {
                refuse("it has a clipping norm, but the plan's clipping is not adaptive")
            }
            (ClippingPlan::Adaptive(_), None) => {
                refuse("it has no clipping norm, but the plan's clipping is adaptive")
            }
            (ClippingPlan::Adaptive(adaptive), Some(norm)) => {
                if step == 0 && norm != adaptive.initial_norm {
                    return refuse("before the first step it has another norm than the plan's");
                }
                let current = Clipping::Flat { norm };
                current.validate()?;
                Ok(current)
            }
        }
    }
}
