//! What is told of an audit of noisy SGD.

use privet_accountant::NeighboringRelation;
use privet_audit::noisy_sgd::Power;
use privet_audit::one_run::OneRunBound;
use privet_training::data::Dataset;
use serde_json::json;

use super::findings::Findings;
use super::{CanaryKind, DpSgdAudit};
use crate::audit::AuditOptions;
use crate::audit::report::{Report, at_least, claimed};
use crate::display::{epsilon, percent};
use crate::run::dp_sgd::Audited;

/// What is computed from private records, and from no noise that hides them.
const MEASURED: [&str; 4] = [
    "epsilon_at_least",
    "by_all_steps",
    "by_the_loss",
    "membership",
];

pub(super) fn of(
    audited: &DpSgdAudit,
    plan: &Audited<'_>,
    relation: NeighboringRelation,
    found: &Findings,
    dataset: &Dataset,
    options: &AuditOptions,
) -> Report {
    let claim = &plan.claimed;
    let confidence = 1.0 - options.confidence.failure();
    let refuted = found.epsilon() > claim.epsilon;
    let mut rows = vec![
        (
            "claimed",
            claimed(claim.epsilon, claim.delta, relation.name()),
        ),
        (
            "at least",
            format!(
                "epsilon {}   (confidence {confidence})",
                at_least(found.epsilon())
            ),
        ),
        ("by all steps", guesses(found.steps)),
    ];
    rows.extend(found.loss.map(|bound| ("by the loss", guesses(bound))));
    let kind = match audited.kind {
        CanaryKind::Gradient => "gradients of clipping-norm length",
        CanaryKind::Record => "mislabelled records",
    };
    let count = found.steps.guesses.canaries();
    rows.push(("canaries", format!("{count} {kind}")));
    let ceiling = at_least(found.ceiling);
    let most = format!("at most epsilon {ceiling}, by right guesses alone");
    rows.push(("could show", most));
    for power in found.power.iter().flatten() {
        rows.push(("would have seen", seen(*power, audited.kind)));
    }
    if found.power.is_none() {
        let text = "not simulated for this sampling";
        rows.push(("would have seen", text.into()));
    }
    // Of private data this stays under private/.
    if dataset.info.public_benchmark {
        let membership = &found.membership;
        let others = match found.others_are_private {
            true => "records that were kept out",
            false => "the test set",
        };
        rows.push((
            "membership",
            format!(
                "area under ROC {:.4}, advantage {}, members against {others}",
                membership.area,
                percent(membership.advantage)
            ),
        ));
    }
    let why = format!(
        "one training shows epsilon of at least {} at delta = {:e}, but {} is claimed: the mechanism, \
         its sampling or its accounting is wrong; do not release with it",
        at_least(found.epsilon()),
        claim.delta,
        epsilon(claim.epsilon)
    );
    let membership = json!({
        "others": match found.others_are_private {
            true => "private records that were kept out",
            false => "test set",
        },
        "by_the_loss": found.membership,
    });
    let mut value = json!({
        "audit": "dp-sgd",
        "dataset": dataset.info.name,
        "confidence": confidence,
        "claimed": claim,
        "epsilon_at_least": found.epsilon(),
        "refuted": refuted,
        "canaries": {"count": count, "kind": match audited.kind {
            CanaryKind::Gradient => "gradient",
            CanaryKind::Record => "record",
        }},
        "by_all_steps": found.steps,
        "by_the_loss": found.loss,
        "could_show": found.ceiling,
        "would_have_seen": found.power,
        "membership": membership,
    });
    let mut inside = Vec::new();
    if !dataset.info.public_benchmark {
        // Measured on private records without noise: null where it must not leave private/.
        for key in MEASURED {
            inside.push((key, value[key].take()));
        }
        rows.retain(|(name, _)| !["at least", "by all steps", "by the loss"].contains(name));
        let text = "what was measured on private records is in the report alone".into();
        rows.push(("measured", text));
    }
    Report {
        title: format!("audit of noisy SGD on {}", dataset.info.name),
        rows,
        value,
        inside,
        refuted: refuted.then_some(why),
    }
}

fn guesses(bound: OneRunBound) -> String {
    let guesses = bound.guesses;
    format!(
        "epsilon {}   ({} of {} guesses right)",
        at_least(bound.epsilon),
        guesses.right(),
        guesses.made()
    )
}

fn seen(power: Power, kind: CanaryKind) -> String {
    let noise = match power.noise_times {
        0.0 => "no noise".to_string(),
        1.0 => "the planned noise".to_string(),
        times => format!("{times:.3} of the noise"),
    };
    let best = match kind {
        CanaryKind::Gradient => "simulated",
        CanaryKind::Record => "simulated with ideal canaries: records show less",
    };
    format!(
        "of {noise}: epsilon {}, caught in {:.0} %   ({best})",
        at_least(power.median_epsilon),
        100.0 * power.caught
    )
}
