//! The private records with the canaries among them.

use anyhow::{Context as _, Result, bail, ensure};
use ndarray::{Array2, Axis, concatenate};
use privet_accountant::NeighboringRelation;
use privet_mechanisms::{NoiseSource, Sampling, Sensitive};
use privet_training::data::{Dataset, Examples};
use rand::seq::SliceRandom;
use rand::{Rng, RngExt};

use super::directions::{MOST, Presence, marker};
use super::{CanaryKind, DpSgdAudit};
use crate::run::dp_sgd::Audited;

/// The fewest canaries of which anything can be said.
const FEWEST: usize = 8;
/// The most records that are kept out of the training, to be compared with those in it.
const MOST_OTHERS: usize = 2000;

/// Who is in the training, and who is not.
pub(super) struct CanarySet {
    /// The records that are trained on, canaries at the end.
    pub(super) examples: Sensitive<Examples>,
    /// Ordinary records among them.
    pub(super) members: Sensitive<Examples>,
    /// Ordinary private records that are not trained on.
    pub(super) others: Sensitive<Examples>,
    /// Canaries that are records, whether they are in or not; none where they are gradients.
    pub(super) records: Sensitive<Examples>,
    /// Whether each canary is in.
    pub(super) included: Vec<bool>,
}

impl CanarySet {
    /// Throws the coins. Some private records make room: those that are mislabelled, and those that
    /// are compared with members.
    pub(super) fn new(
        audited: &DpSgdAudit,
        dataset: &Dataset,
        plan: &Audited<'_>,
        relation: NeighboringRelation,
        noise: &NoiseSource,
    ) -> Result<Self> {
        let (count, kind) = (audited.canaries, audited.kind);
        check(count, kind, dataset, plan, relation)?;
        let mut coins = noise.stream("coins of an audit", 0);
        // An audit is private work: what it makes of the records stays inside.
        let private = dataset.private.examples().expose_sensitive();
        let mut order: Vec<usize> = (0..private.len()).collect();
        order.shuffle(&mut coins);
        let needed = match kind {
            CanaryKind::Gradient => 0,
            CanaryKind::Record => count,
        };
        ensure!(
            needed <= private.len() / 4,
            "--canaries {count}: there are too few private records for so many of kind record; take \
             fewer"
        );
        let (canaries, rest) = order.split_at(needed);
        let others = (private.len() / 4).min(MOST_OTHERS);
        let (others, kept) = rest.split_at(others.min(rest.len()));
        let kept = &kept[..kept.len().min(room(count, kind, plan)?)];
        let members = private.select(&kept[..others.len().min(kept.len())]);
        // The order of the file says where a record is, and records take turns by it.
        let mut kept = kept.to_vec();
        kept.sort_unstable();
        let included: Vec<bool> = (0..count).map(|_| coins.next_u64() & 1 == 1).collect();
        let records = mislabelled(private, canaries, &mut coins)?;
        let rows = match kind {
            CanaryKind::Gradient => gradients(&included, relation, private)?,
            CanaryKind::Record => {
                let chosen = (0..count).filter(|&canary| included[canary]);
                records.select(&chosen.collect::<Vec<_>>())
            }
        };
        Ok(Self {
            examples: Sensitive::new(joined(&private.select(&kept), &rows)?),
            members: Sensitive::new(members),
            others: Sensitive::new(private.select(others)),
            records: Sensitive::new(records),
            included,
        })
    }
}

/// How many ordinary records a training may have. Where the plan's cost is that of so many units, all
/// canaries must fit beside them: whether the training is refused may not be left to the coins.
fn room(count: usize, kind: CanaryKind, plan: &Audited<'_>) -> Result<usize> {
    match (plan.mechanism.parameters().sampling, kind) {
        (Sampling::TruncatedPoisson { maximum_units, .. }, CanaryKind::Gradient) => {
            let most = usize::try_from(maximum_units).unwrap_or(usize::MAX);
            most.checked_sub(count).with_context(|| {
                format!(
                    "--canaries {count}: [dp_sgd] sampling counts on at most {maximum_units} records, \
                     canaries among them; take fewer"
                )
            })
        }
        _ => Ok(usize::MAX),
    }
}

fn check(
    count: usize,
    kind: CanaryKind,
    dataset: &Dataset,
    plan: &Audited<'_>,
    relation: NeighboringRelation,
) -> Result<()> {
    ensure!(
        count >= FEWEST,
        "--canaries {count}: of so few nothing can be said; give at least {FEWEST}"
    );
    ensure!(
        dataset.private.units().is_none(),
        "[privacy] unit: canaries are records, and this plan protects users: audit it without `unit`"
    );
    let parameters = plan.architecture.parameters();
    match kind {
        CanaryKind::Gradient => ensure!(
            count <= parameters.min(MOST),
            "--canaries {count}: the network has {parameters} parameters, and each canary needs one \
             of its own; take fewer, or --kind record"
        ),
        CanaryKind::Record => {
            if relation != NeighboringRelation::AddOrRemoveOne {
                bail!(
                    "--kind record leaves canaries out, which is no neighbour under \"{relation}\": \
                     take --kind gradient"
                );
            }
            ensure!(
                dataset.info.classes.len() > 1,
                "--kind record needs a second class for wrong labels: take --kind gradient"
            );
        }
    }
    Ok(())
}

/// Rows that name a canary's gradient. One that is not in is absent, empty, or replaced by its
/// opposite, as the relation has it.
fn gradients(
    included: &[bool],
    relation: NeighboringRelation,
    private: &Examples,
) -> Result<Examples> {
    let absent = match relation {
        NeighboringRelation::AddOrRemoveOne => None,
        NeighboringRelation::ReplaceSpecial => Some(Presence::Empty),
        NeighboringRelation::ReplaceOne => Some(Presence::Opposite),
    };
    let presence = |included: &bool| match included {
        true => Some(Presence::There),
        false => absent,
    };
    let rows = included.iter().enumerate();
    let markers: Vec<f32> = rows
        .filter_map(|(canary, included)| Some(marker(canary, presence(included)?)))
        .collect();
    let width = private.inputs().ncols();
    let inputs = Array2::from_shape_fn((markers.len(), width), |(row, _)| markers[row]);
    let labels = vec![0; markers.len()];
    Ok(Examples::new(
        inputs,
        labels,
        private.classes(),
        "canaries",
    )?)
}

/// These records with another label each.
fn mislabelled(private: &Examples, chosen: &[usize], coins: &mut impl Rng) -> Result<Examples> {
    let records = private.select(chosen);
    let classes = private.classes() as u32;
    let labels = records.labels().iter().map(|label| match classes {
        0 | 1 => *label,
        _ => (label + coins.random_range(1..classes)) % classes,
    });
    let (labels, inputs) = (labels.collect(), records.inputs().to_owned());
    Ok(Examples::new(
        inputs,
        labels,
        private.classes(),
        "canaries",
    )?)
}

fn joined(first: &Examples, second: &Examples) -> Result<Examples> {
    let inputs = concatenate(Axis(0), &[first.inputs(), second.inputs()])?;
    let labels = [first.labels(), second.labels()].concat();
    Ok(Examples::new(inputs, labels, first.classes(), "canaries")?)
}
