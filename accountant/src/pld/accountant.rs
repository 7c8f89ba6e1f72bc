//! The accountant with exact answers.

use super::law::{Law, Uses};
use super::laws::{Directions, add_event};
use super::{NAME, engine};
use crate::neighboring::Direction;
use crate::sampler::random_allocation::RandomAllocation;
use crate::{
    AccountantError, Bracket, DpEvent, Guarantee, Ledger, NeighboringRelation, PrivacyAccountant,
    RdpAccountant, Unsupported,
};

/// A bracket wider than this part of its upper end is compared with the bound by RDP.
const WIDE: f64 = 1e-3;

/// Accounts by the distribution of the privacy loss, exactly up to a certified gap.
///
/// [`epsilon_bracket`](Self::epsilon_bracket) and [`delta_bracket`](Self::delta_bracket) give both
/// ends; as a [`PrivacyAccountant`] it answers with the upper end, which is a guarantee. For
/// Gaussian noise with or without Poisson sampling the gap is 1e-6 or less, mostly 1e-9.
///
/// Both directions of the relation are composed apart, and the larger answer counts.
///
/// ```
/// use privet_accountant::{DpEvent, NeighboringRelation, PldAccountant, PrivacyAccountant};
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let step = DpEvent::poisson_sampled(0.01, DpEvent::gaussian(1.0)?)?;
/// let mut accountant = PldAccountant::new(NeighboringRelation::AddOrRemoveOne);
/// accountant.compose(&step, 1000)?;
/// let epsilon = accountant.epsilon_bracket(1e-5)?;
/// assert!(epsilon.lower <= 1.828236667 && 1.828236666 <= epsilon.upper);
/// assert!(epsilon.gap() < 1e-9);
/// # Ok(()) }
/// ```
#[derive(Clone, Debug)]
pub struct PldAccountant {
    ledger: Ledger,
    directions: Directions,
}

impl PldAccountant {
    /// An accountant with nothing composed.
    #[must_use]
    pub fn new(relation: NeighboringRelation) -> Self {
        Self {
            ledger: Ledger::new(relation),
            directions: Directions::default(),
        }
    }

    /// The smallest epsilon at `delta`, between two certified ends.
    ///
    /// # Errors
    /// [`AccountantError::InvalidDelta`] unless `delta` is in [0, 1].
    pub fn epsilon_bracket(&self, delta: f64) -> Result<Bracket, AccountantError> {
        if let Some(alone) = self.random_allocation() {
            return alone.epsilon(delta);
        }
        let exact = self.of_relation(|direction| self.epsilon_in_direction(direction, delta))?;
        let rdp = || Some(self.by_rdp()?.epsilon(delta).ok()?.epsilon);
        Ok(lower_upper_end(exact, rdp))
    }

    /// The smallest delta at `epsilon`, between two certified ends.
    ///
    /// # Errors
    /// [`AccountantError::InvalidEpsilon`] unless `epsilon` is finite and at least 0.
    pub fn delta_bracket(&self, epsilon: f64) -> Result<Bracket, AccountantError> {
        let exact = self.of_relation(|direction| self.delta_in_direction(direction, epsilon))?;
        let rdp = || Some(self.by_rdp()?.delta(epsilon).ok()?.delta);
        Ok(lower_upper_end(exact, rdp))
    }

    /// The larger answer of both directions.
    fn of_relation(
        &self,
        answer: impl Fn(Direction) -> Result<Bracket, AccountantError>,
    ) -> Result<Bracket, AccountantError> {
        let remove = answer(Direction::Remove)?;
        if self.directions.are_equal() {
            return Ok(remove);
        }
        Ok(remove.max(answer(Direction::Add)?))
    }

    /// As [`epsilon_bracket`](Self::epsilon_bracket) for one direction alone.
    ///
    /// # Errors
    /// As [`epsilon_bracket`](Self::epsilon_bracket).
    pub fn epsilon_in_direction(
        &self,
        direction: Direction,
        delta: f64,
    ) -> Result<Bracket, AccountantError> {
        let delta = AccountantError::check_delta(delta)?;
        Ok(engine::epsilon(self.uses(direction), delta))
    }

    /// As [`delta_bracket`](Self::delta_bracket) for one direction alone.
    ///
    /// # Errors
    /// As [`delta_bracket`](Self::delta_bracket).
    pub fn delta_in_direction(
        &self,
        direction: Direction,
        epsilon: f64,
    ) -> Result<Bracket, AccountantError> {
        let epsilon = AccountantError::check_epsilon(epsilon)?;
        Ok(engine::delta(self.uses(direction), epsilon))
    }

    /// The epochs of random allocation, if there is nothing else: its own search knows both
    /// directions at once.
    fn random_allocation(&self) -> Option<RandomAllocation> {
        match self.directions.remove.as_slice() {
            [
                Uses {
                    law: Law::RandomAllocation { epoch, .. },
                    count,
                },
            ] => epoch.repeated(*count),
            _ => None,
        }
    }

    /// The same ledger by Renyi divergences, where they are known: a bound that is never far off
    /// and works where a composition is too large for anything exact.
    fn by_rdp(&self) -> Option<RdpAccountant> {
        let mut accountant = RdpAccountant::new(self.ledger.neighboring_relation());
        accountant.compose(&self.ledger.as_event(), 1).ok()?;
        Some(accountant)
    }

    fn uses(&self, direction: Direction) -> &[Uses] {
        match direction {
            Direction::Remove => &self.directions.remove,
            Direction::Add => &self.directions.add,
        }
    }

    fn guarantee(&self, epsilon: f64, delta: f64) -> Guarantee {
        Guarantee {
            epsilon,
            delta,
            neighboring_relation: self.ledger.neighboring_relation(),
            accountant: NAME,
            conversion: None,
            optimal_order: None,
        }
    }
}

/// Brings the upper end of a wide bracket down to another upper bound, if that is lower.
fn lower_upper_end(bracket: Bracket, other: impl FnOnce() -> Option<f64>) -> Bracket {
    if bracket.gap() <= WIDE * bracket.upper.min(f64::MAX) {
        return bracket;
    }
    let upper = other().map_or(bracket.upper, |other| bracket.upper.min(other));
    Bracket {
        lower: bracket.lower.min(upper),
        upper,
    }
}

impl PrivacyAccountant for PldAccountant {
    fn name(&self) -> &'static str {
        NAME
    }

    fn supports(&self, event: &DpEvent) -> Result<(), Unsupported> {
        let relation = self.ledger.neighboring_relation();
        add_event(&mut Directions::default(), event, 1.0, relation)
    }

    fn compose(&mut self, event: &DpEvent, count: u64) -> Result<(), AccountantError> {
        let relation = self.ledger.neighboring_relation();
        let mut directions = self.directions.clone();
        add_event(&mut directions, event, count as f64, relation)?;
        self.ledger.record(event.clone(), count)?;
        self.directions = directions;
        Ok(())
    }

    fn ledger(&self) -> &Ledger {
        &self.ledger
    }

    fn epsilon(&self, delta: f64) -> Result<Guarantee, AccountantError> {
        let epsilon = self.epsilon_bracket(delta)?.upper;
        Ok(self.guarantee(epsilon, delta))
    }

    fn delta(&self, epsilon: f64) -> Result<Guarantee, AccountantError> {
        let delta = self.delta_bracket(epsilon)?.upper;
        Ok(self.guarantee(epsilon, delta))
    }
}
