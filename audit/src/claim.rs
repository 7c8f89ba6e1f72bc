//! What is claimed of a mechanism.

use privet_accountant::meaning::PrivacyCurve;
use privet_accountant::meaning::trade_off::TradeOff;
use privet_accountant::{
    DpEvent, NeighboringRelation, PldAccountant, PrivacyAccountant, RdpAccountant,
};

use crate::AuditError;

/// The guarantee that an audit holds a mechanism to: epsilon at one delta, and delta at all others.
pub struct Claim {
    epsilon: f64,
    delta: f64,
    accountant: &'static str,
    curve: Box<dyn PrivacyCurve + Send + Sync>,
}

impl Claim {
    /// What the accountants say of `event`: the smaller of the exact accountant's upper end and the
    /// bound by Renyi divergences.
    ///
    /// # Errors
    /// An event that no accountant can bound, or a delta that is none.
    pub fn of(
        event: &DpEvent,
        relation: NeighboringRelation,
        delta: f64,
    ) -> Result<Self, AuditError> {
        let exact = Self::by(PldAccountant::new(relation), event, delta);
        match exact {
            Ok(claim) if claim.epsilon.is_finite() => Ok(claim),
            _ => Self::by(RdpAccountant::new(relation), event, delta),
        }
    }

    fn by<A>(mut accountant: A, event: &DpEvent, delta: f64) -> Result<Self, AuditError>
    where
        A: PrivacyAccountant + PrivacyCurve + Send + Sync + 'static,
    {
        accountant.compose(event, 1)?;
        Ok(Self {
            epsilon: accountant.epsilon(delta)?.epsilon,
            delta,
            accountant: accountant.name(),
            curve: Box::new(accountant),
        })
    }

    /// Epsilon, as claimed.
    #[must_use]
    pub fn epsilon(&self) -> f64 {
        self.epsilon
    }

    /// The delta at which it is.
    #[must_use]
    pub fn delta(&self) -> f64 {
        self.delta
    }

    /// Whose bound it is.
    #[must_use]
    pub fn accountant(&self) -> &'static str {
        self.accountant
    }

    /// The fewest misses that the claim allows at so many false alarms, in either order of the
    /// neighbours.
    ///
    /// # Errors
    /// Those of the accountant.
    pub fn trade_off(&self) -> Result<ClaimedTradeOff<'_>, AuditError> {
        Ok(TradeOff::symmetric(self.curve.as_ref())?)
    }
}

/// The trade-off function of a claim.
pub type ClaimedTradeOff<'a> = TradeOff<'a, dyn PrivacyCurve + Send + Sync>;
