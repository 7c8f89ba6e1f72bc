//! What several private runs guarantee together.

use anyhow::Result;
use privet_accountant::{DpEvent, NeighboringRelation};
use privet_report::cost::Bound;
use serde::Serialize;

use privet_ledger::Unit;

/// What one run cost.
#[derive(Clone, Debug)]
pub(super) struct Charged {
    pub(super) event: DpEvent,
    pub(super) relation: NeighboringRelation,
    pub(super) unit: Unit,
    pub(super) delta: f64,
}

/// The guarantee of all runs of one relation and unit, whatever their data sets: an upper bound for
/// anybody whose records are in all of them.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(super) struct Composed {
    pub(super) runs: usize,
    #[serde(serialize_with = "number_or_inf")]
    pub(super) epsilon: f64,
    pub(super) delta: f64,
    pub(super) neighboring: NeighboringRelation,
    pub(super) unit: &'static str,
    pub(super) accountant: &'static str,
}

/// One guarantee for each relation and unit among the runs, at the smallest delta of its runs.
///
/// Runs that are fixed before the first of them compose as one mechanism (adaptive composition of
/// fixed costs).
pub(super) fn composed(charged: &[Charged]) -> Result<Vec<Composed>> {
    let mut groups: Vec<(NeighboringRelation, Unit, Vec<&Charged>)> = Vec::new();
    for one in charged {
        let relation = one.relation;
        let group = groups
            .iter_mut()
            .find(|group| (group.0, group.1) == (relation, one.unit));
        match group {
            Some(group) => group.2.push(one),
            None => groups.push((relation, one.unit, vec![one])),
        }
    }
    let groups = groups.into_iter();
    let of_group = |(relation, unit, runs): (NeighboringRelation, Unit, Vec<&Charged>)| {
        let delta = runs.iter().map(|run| run.delta).fold(1.0, f64::min);
        let events: Vec<(DpEvent, u64)> = runs.iter().map(|run| (run.event.clone(), 1)).collect();
        let bound = Bound::of(&events, relation, delta);
        let epsilon = bound.as_ref().map(|bound| bound.epsilon(delta));
        Composed {
            runs: runs.len(),
            epsilon: epsilon.ok().and_then(Result::ok).unwrap_or(f64::INFINITY),
            delta,
            neighboring: relation,
            unit: unit.name(),
            accountant: bound.map_or("none", |bound| bound.accountant()),
        }
    };
    Ok(groups.map(of_group).collect())
}

fn number_or_inf<S: serde::Serializer>(value: &f64, serializer: S) -> Result<S::Ok, S::Error> {
    match value.is_finite() {
        true => serializer.serialize_f64(*value),
        false => serializer.serialize_str("inf"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn charged(relation: NeighboringRelation, unit: Unit, noise: f64, delta: f64) -> Charged {
        Charged {
            event: DpEvent::gaussian(noise).unwrap(),
            relation,
            unit,
            delta,
        }
    }

    #[test]
    fn gaussians_compose_by_their_squares_and_relations_stay_apart() {
        use NeighboringRelation::{AddOrRemoveOne, ReplaceOne};
        // Four at noise 2 are one at noise 1.
        let mut runs = vec![charged(AddOrRemoveOne, Unit::Record, 2.0, 1e-5); 4];
        runs.push(charged(ReplaceOne, Unit::Record, 1.0, 1e-6));
        runs.push(charged(AddOrRemoveOne, Unit::User, 2.0, 1e-5));
        let found = composed(&runs).unwrap();
        assert_eq!(found.len(), 3);
        let one = composed(&[charged(AddOrRemoveOne, Unit::Record, 1.0, 1e-5)]).unwrap();
        assert!((found[0].epsilon / one[0].epsilon - 1.0).abs() < 1e-6);
        assert_eq!((found[0].runs, found[1].runs, found[1].delta), (4, 1, 1e-6));
    }
}
