//! What is told of an audit of an aggregator.

use privet_audit::Claim;
use privet_audit::noisy_max::Found;
use serde_json::json;

use super::PateAudit;
use crate::audit::AuditOptions;
use crate::audit::report::{Report, at_least, claimed};
use crate::display::epsilon;

pub(super) fn report(
    audited: &PateAudit,
    options: &AuditOptions,
    claim: &Claim,
    found: &Found,
    seen: &[(&str, f64, bool)],
) -> Report {
    let (relation, queries) = (audited.relation.name(), audited.plan.queries());
    let confidence = 1.0 - options.confidence.failure();
    let mut rows = vec![
        ("claimed", claimed(claim.epsilon(), claim.delta(), relation)),
        (
            "at least",
            format!(
                "epsilon {}   (confidence {confidence})",
                at_least(found.lower_bound())
            ),
        ),
        (
            "of these",
            format!(
                "{} of the releases, whatever made them",
                at_least(found.epsilon)
            ),
        ),
    ];
    if let Some(gaussian) = found.gaussian {
        let (epsilon, mu) = (at_least(gaussian.epsilon), gaussian.mu);
        let text = format!("{epsilon} of its noise, as that is Gaussian: mu is at least {mu:.5}");
        rows.push(("", text));
    }
    let curve = match found.contradicts_curve {
        true => "contradicted",
        false => "not contradicted",
    };
    rows.push((
        "trade-off",
        format!(
            "{curve}: misses at most {:.6} at false alarms at most {:.6}, claimed at least {:.6}",
            found.errors.misses, found.errors.false_alarms, found.least_misses_claimed
        ),
    ));
    rows.push((
        "releases",
        format!(
            "{} on each side, of {} queries",
            found.releases, queries.queries
        ),
    ));
    for (name, _, caught) in seen {
        let caught = if *caught { "caught" } else { "not caught" };
        rows.push((
            "would have seen",
            format!("{name}: {caught} (simulated once)"),
        ));
    }
    if seen.is_empty() {
        let text = "not simulated: the releases have too many queries";
        rows.push(("would have seen", text.into()));
    }
    let would_have_seen: Vec<_> = (seen.iter())
        .map(|(_, factor, caught)| json!({"noise_times": factor, "caught": caught}))
        .collect();
    Report {
        title: format!("audit of {}", audited.name),
        rows,
        value: json!({
            "audit": "pate",
            "mechanism": audited.name,
            "events": audited.plan.event(),
            "classes": queries.classes,
            "queries": queries.queries,
            "changed_votes": queries.changed_votes.get(),
            "confidence": confidence,
            "claimed": {
                "epsilon": claim.epsilon(),
                "delta": claim.delta(),
                "neighboring": relation,
                "accountant": claim.accountant(),
            },
            "epsilon_at_least": found.lower_bound(),
            "refuted": found.refutes_the_claim(),
            "found": found,
            "would_have_seen": would_have_seen,
        }),
        inside: Vec::new(),
        refuted: found.refutes_the_claim().then(|| refuted(claim, found)),
    }
}

/// Both numbers.
fn refuted(claim: &Claim, found: &Found) -> String {
    let (claimed, delta) = (epsilon(claim.epsilon()), claim.delta());
    let bound = at_least(found.lower_bound());
    match found.lower_bound() > claim.epsilon() {
        true => format!(
            "the releases show epsilon of at least {bound} at delta = {delta:e}, but {claimed} is \
             claimed: the mechanism or its accounting is wrong; do not release with it"
        ),
        false => format!(
            "the releases contradict the claimed trade-off: misses are at most {:.6} where at least \
             {:.6} are claimed at false alarms of {:.6} (epsilon is at least {bound}, {claimed} is \
             claimed at delta = {delta:e}): the mechanism or its accounting is wrong; do not release \
             with it",
            found.errors.misses, found.least_misses_claimed, found.errors.false_alarms
        ),
    }
}
