//! The tightest accountant that has an answer.

use privet_accountant::{
    AccountantError, DpEvent, NeighboringRelation, PldAccountant, PrivacyAccountant, RdpAccountant,
};

use crate::run::Run;

/// Events with the accountant that bounds them: the exact one where it has a finite answer, else the
/// Renyi accountant.
pub struct Bound(Box<dyn PrivacyAccountant>);

impl Bound {
    /// Of `events`, each as often as it says, at `delta`.
    ///
    /// # Errors
    /// Events that no accountant supports; a delta that is no probability.
    pub fn of(
        events: &[(DpEvent, u64)],
        relation: NeighboringRelation,
        delta: f64,
    ) -> Result<Self, AccountantError> {
        let mut exact: Box<dyn PrivacyAccountant> = Box::new(PldAccountant::new(relation));
        let composed = compose(exact.as_mut(), events);
        if composed
            .and_then(|()| exact.epsilon(delta))
            .is_ok_and(|found| found.epsilon.is_finite())
        {
            return Ok(Self(exact));
        }
        let mut renyi: Box<dyn PrivacyAccountant> = Box::new(RdpAccountant::new(relation));
        compose(renyi.as_mut(), events)?;
        Ok(Self(renyi))
    }

    /// Its name in reports.
    #[must_use]
    pub fn accountant(&self) -> &'static str {
        self.0.name()
    }

    /// An upper bound on epsilon at `delta`; possibly infinite.
    ///
    /// # Errors
    /// A delta that is no probability.
    pub fn epsilon(&self, delta: f64) -> Result<f64, AccountantError> {
        Ok(self.0.epsilon(delta)?.epsilon)
    }

    /// An upper bound on delta at `epsilon`.
    ///
    /// # Errors
    /// An epsilon that is not finite or below 0.
    pub fn delta(&self, epsilon: f64) -> Result<f64, AccountantError> {
        Ok(self.0.delta(epsilon)?.delta)
    }
}

fn compose(
    accountant: &mut dyn PrivacyAccountant,
    events: &[(DpEvent, u64)],
) -> Result<(), AccountantError> {
    let mut all = events.iter();
    all.try_for_each(|(event, count)| accountant.compose(event, *count))
}

/// What a private run states, as one event that costs no less.
///
/// It is the run's own events where they cost what the run states. Where it states more (a run that was
/// charged twice states its budget) or its events have no bound here, it is the statement itself.
pub(crate) fn stated(run: &Run) -> Option<(DpEvent, NeighboringRelation, f64, f64)> {
    let relation = run.privacy.neighboring_relation?;
    let (epsilon, delta) = (run.privacy.epsilon?, run.privacy.delta?);
    let events = [(run.privacy.events.clone(), 1)];
    let recomputed = Bound::of(&events, relation, delta).and_then(|bound| bound.epsilon(delta));
    let [(event, _)] = events;
    let tolerance = 1.0 - 1e-6;
    let event = match recomputed {
        Ok(found) if found >= epsilon * tolerance => event,
        _ => DpEvent::epsilon_delta(epsilon, delta).ok()?,
    };
    Some((event, relation, epsilon, delta))
}

/// The epsilon that this program finds for a run's events; none where it has no answer.
pub(crate) fn recomputed(run: &Run) -> Option<f64> {
    let (relation, delta) = (run.privacy.neighboring_relation?, run.privacy.delta?);
    let events = [(run.privacy.events.clone(), 1)];
    Bound::of(&events, relation, delta)
        .ok()?
        .epsilon(delta)
        .ok()
}
