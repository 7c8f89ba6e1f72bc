//! What every accountant does.

use crate::{AccountantError, DpEvent, Guarantee, Ledger, NeighboringRelation, Unsupported};

/// Composes events and bounds what they cost together.
///
/// Composition is adaptive: an event's *parameters* may not depend on earlier private outcomes,
/// its releases may. (Stopping early or choosing noise by what was seen needs a privacy filter.)
pub trait PrivacyAccountant {
    /// The accountant's short name, as it stands in reports: `rdp`.
    fn name(&self) -> &'static str;

    /// The relation between data sets that every cost refers to.
    fn neighboring_relation(&self) -> NeighboringRelation {
        self.ledger().neighboring_relation()
    }

    /// Whether `event` can be bounded under this accountant's relation.
    ///
    /// # Errors
    /// The reason why it cannot.
    fn supports(&self, event: &DpEvent) -> Result<(), Unsupported>;

    /// Adds `count` independent uses of `event`: check, record, compose. A failed compose changes
    /// nothing.
    ///
    /// # Errors
    /// [`AccountantError::Unsupported`] if [`supports`](Self::supports) refuses the event,
    /// [`AccountantError::Event`] if `count` is 0 or the event is nested too deeply.
    fn compose(&mut self, event: &DpEvent, count: u64) -> Result<(), AccountantError>;

    /// Everything composed so far.
    fn ledger(&self) -> &Ledger;

    /// The smallest epsilon that this accountant can prove at `delta`; 0 or more, possibly
    /// infinite, rounded up.
    ///
    /// # Errors
    /// [`AccountantError::InvalidDelta`] unless `delta` is in [0, 1].
    fn epsilon(&self, delta: f64) -> Result<Guarantee, AccountantError>;

    /// The smallest delta that this accountant can prove at `epsilon`; in [0, 1], rounded up.
    ///
    /// # Errors
    /// [`AccountantError::InvalidEpsilon`] unless `epsilon` is finite and at least 0.
    fn delta(&self, epsilon: f64) -> Result<Guarantee, AccountantError>;
}
