//! Where a population stands: spent, left, and what an accountant would say.

use privet_accountant::budget::PrivacyFilter;
use privet_accountant::gaussian_dp::GaussianDp;
use privet_accountant::{
    DpEvent, Guarantee, NeighboringRelation, PldAccountant, PrivacyAccountant, RdpAccountant,
};

use crate::population::Charges;
use crate::{Population, State};

/// What has been spent of a population's budget, and what is left.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Standing {
    /// Reservations that count.
    pub charges: u64,
    /// The part of the budget that is spent, from 0 to 1, by the rule with most left; none without a
    /// budget.
    pub part_spent: Option<f64>,
    /// Epsilon, at the population's delta, of the largest single Gaussian release that still fits;
    /// none without a budget.
    pub room: Option<f64>,
    /// Without a budget: a bound on the privacy loss that holds at all times at once with probability
    /// 1 - delta. It is no (epsilon, delta)-differential privacy.
    pub running_bound: Option<f64>,
    /// The guarantee of all charges together IF all had been fixed in advance; none where no
    /// accountant has one.
    pub if_fixed_in_advance: Option<Guarantee>,
    /// Whether more is spent than this version of the program allows.
    pub overspent: bool,
}

impl Standing {
    /// Computes everything; exact composition may take a second.
    #[must_use]
    pub fn new(state: &State, population: &Population) -> Self {
        let charges = state.charges(&population.id);
        let filter = population.budget().ok().flatten();
        let filter = filter.map(|budget| population.filter(budget, &charges).ok());
        let admitted = filter.as_ref().and_then(Option::as_ref);
        let budgeted = filter.is_some();
        Self {
            charges: charges.iter().map(|(_, count)| count).sum(),
            part_spent: budgeted.then(|| admitted.map_or(1.0, PrivacyFilter::spent)),
            room: budgeted.then(|| admitted.map_or(0.0, |filter| room(filter, population))),
            running_bound: match budgeted {
                true => None,
                false => population.odometer(&charges).ok().map(|o| o.epsilon()),
            },
            if_fixed_in_advance: if_fixed_in_advance(
                population.relation,
                &charges,
                population.delta,
            ),
            overspent: budgeted && admitted.is_none(),
        }
    }
}

/// What an accountant makes of charges that nobody chose by looking at others: the exact one where it
/// can, else the Renyi accountant.
pub(crate) fn if_fixed_in_advance(
    relation: NeighboringRelation,
    charges: &Charges,
    delta: f64,
) -> Option<Guarantee> {
    fn composed<A: PrivacyAccountant>(
        mut accountant: A,
        charges: &Charges,
        delta: f64,
    ) -> Option<Guarantee> {
        for (event, count) in charges {
            accountant.compose(event, *count).ok()?;
        }
        accountant.epsilon(delta).ok()
    }
    let exact = composed(PldAccountant::new(relation), charges, delta);
    let finite = exact.filter(|guarantee| guarantee.epsilon.is_finite());
    finite.or_else(|| composed(RdpAccountant::new(relation), charges, delta))
}

/// The largest mu by halving, as an epsilon, rounded down to what surely fits.
fn room(filter: &PrivacyFilter, population: &Population) -> f64 {
    let sensitivity = population.relation.sum_sensitivity();
    let fits = |mu: f64| {
        let event = DpEvent::gaussian(sensitivity / mu).ok();
        event.is_some_and(|event| filter.would_fit(&event, 1).unwrap_or(false))
    };
    let (mut fits_log, mut fails_log) = (1e-6_f64.ln(), 1e3_f64.ln());
    if !fits(fits_log.exp()) {
        return 0.0;
    }
    while fails_log - fits_log > 1e-4 {
        let middle = 0.5 * (fits_log + fails_log);
        match fits(middle.exp()) {
            true => fits_log = middle,
            false => fails_log = middle,
        }
    }
    let curve = GaussianDp::new(fits_log.exp());
    curve
        .and_then(|curve| curve.epsilon(population.delta))
        .unwrap_or(0.0)
}
