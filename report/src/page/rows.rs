//! What stands in the page's tables, as text.

use super::markdown;
use crate::cost::{How, Together, recomputed};
use crate::figures::Attack;
use crate::numbers::{at_most_percent, bytes, epsilon, percent, seconds};
use crate::run::{LabelledBy, Run};

const NONE: &str = "–";

/// A number in large letters, of a page about one run.
pub(super) struct Card {
    pub(super) name: &'static str,
    pub(super) value: String,
    pub(super) note: String,
}

impl Card {
    pub(super) fn of(run: &Run) -> Vec<Self> {
        let utility = &run.result.utility;
        let mut cards = vec![Self {
            name: "epsilon",
            value: match run.is_private() {
                true => run.privacy.epsilon.map_or(NONE.into(), epsilon),
                false => "none".into(),
            },
            note: match (run.privacy.delta, run.privacy.neighboring_relation) {
                (Some(delta), Some(relation)) if run.is_private() => {
                    format!("at delta {delta:e}, {relation}, per {}", run.privacy.unit)
                }
                _ => "NOT PRIVATE".into(),
            },
        }];
        if let Some(accuracy) = utility.test_accuracy {
            let anchors = [
                utility
                    .majority_accuracy
                    .map(|share| ("majority class", share)),
                utility
                    .baseline_accuracy
                    .map(|share| ("without privacy", share)),
                utility.distilled.map(|distilled| match distilled.by {
                    LabelledBy::NoisyModel => ("the noisy model alone", distilled.model_accuracy),
                    LabelledBy::Regression => ("the regression alone", distilled.model_accuracy),
                }),
            ];
            let anchors = anchors.into_iter().flatten();
            let anchors = anchors.map(|(name, share)| format!("; {name} {}", percent(share)));
            cards.push(Self {
                name: "test accuracy",
                value: percent(accuracy),
                note: format!(
                    "of {} public examples{}",
                    utility.test_size,
                    anchors.collect::<String>()
                ),
            });
        }
        if let Some(labels) = utility.labels_released {
            let right = utility.label_accuracy;
            let right = right.map(|share| format!("{} of them right", percent(share)));
            let asked = utility.queries.map(|queries| format!("of {queries} asked"));
            cards.push(Self {
                name: "labels released",
                value: labels.to_string(),
                note: [asked, right]
                    .into_iter()
                    .flatten()
                    .collect::<Vec<String>>()
                    .join(", "),
            });
        }
        cards.push(Self {
            name: "released",
            value: bytes(run.result.cost.bytes_released),
            note: "crossed from the private side".into(),
        });
        cards
    }
}

/// A run in the first table.
pub(super) struct RunRow {
    pub(super) name: String,
    pub(super) method: String,
    pub(super) dataset: String,
    pub(super) seed: String,
    pub(super) private: bool,
    pub(super) epsilon: String,
    pub(super) delta: String,
    pub(super) relation: String,
    pub(super) accuracy: String,
    pub(super) released: String,
}

impl RunRow {
    pub(super) fn of(run: &Run) -> Self {
        let result = &run.result;
        let (privacy, private) = (&run.privacy, run.is_private());
        let relation = privacy.neighboring_relation.filter(|_| private);
        Self {
            name: run.name.clone(),
            method: run.method().into(),
            dataset: result.dataset.clone(),
            seed: result.seed.to_string(),
            private,
            epsilon: match privacy.epsilon {
                Some(value) if private => epsilon(value),
                _ => "NOT PRIVATE".into(),
            },
            delta: (privacy.delta.filter(|_| private))
                .map_or(NONE.into(), |delta| format!("{delta:e}")),
            relation: relation.map_or(NONE.into(), |relation| {
                format!("{relation}, {}", privacy.unit)
            }),
            accuracy: result.utility.test_accuracy.map_or(NONE.into(), percent),
            released: bytes(result.cost.bytes_released),
        }
    }
}

/// Runs of one data set as one guarantee.
pub(super) struct TogetherRow {
    pub(super) dataset: String,
    pub(super) relation: String,
    pub(super) runs: String,
    pub(super) each: String,
    pub(super) epsilon: String,
    pub(super) delta: String,
    pub(super) how: String,
    pub(super) caution: Vec<String>,
}

impl TogetherRow {
    pub(super) fn of(group: &Together, runs: &[Run]) -> Self {
        let epsilons = group
            .runs
            .iter()
            .filter_map(|&run| runs.get(run)?.privacy.epsilon);
        let (least, largest) = epsilons.fold((f64::INFINITY, 0.0f64), |(low, high), epsilon| {
            (low.min(epsilon), high.max(epsilon))
        });
        let mut caution = Vec::new();
        if group.others {
            caution.push(
                "private runs on the same people under another relation or unit stand in a row of their own: \
                 they cannot be composed with these, and whoever sees both learns more than either row says"
                    .into(),
            );
        }
        if group.not_private > 0 {
            caution.push(format!(
                "{} on the same people {} NOT PRIVATE and not in this number: of what they tell nothing is bounded",
                count(group.not_private, "run"),
                if group.not_private == 1 { "is" } else { "are" },
            ));
        }
        Self {
            dataset: group.name.clone(),
            relation: format!("{}, {}", group.relation, group.unit),
            runs: group.runs.len().to_string(),
            each: match epsilon(least) == epsilon(largest) {
                true => epsilon(least),
                false => format!("{} to {}", epsilon(least), epsilon(largest)),
            },
            epsilon: epsilon(group.whole.epsilon),
            delta: format!("{:e}", group.whole.delta),
            how: in_words(group.whole.how),
            caution,
        }
    }
}

/// How several runs became one guarantee.
pub(crate) fn in_words(how: How) -> String {
    match how {
        How::Alone => "one run, as it states".into(),
        How::Composed(accountant) => {
            format!("events of all composed ({accountant}) at the delta that all have")
        }
        How::ComposedAtSum(accountant) => {
            format!("events of all composed ({accountant}) at the sum of their deltas")
        }
        How::Added => {
            "epsilons and deltas added up: no accountant bounds the events together".into()
        }
    }
}

/// What an attacker can do, at most.
pub(super) struct AttackRow {
    pub(super) label: String,
    pub(super) at_1_in_1000: String,
    pub(super) at_1_in_100: String,
    pub(super) right: String,
    pub(super) advantage: String,
}

impl AttackRow {
    pub(super) fn of(attack: &Attack) -> Self {
        Self {
            label: attack.label.clone(),
            at_1_in_1000: at_most_percent(attack.found_at_1_in_1000),
            at_1_in_100: at_most_percent(attack.found_at_1_in_100),
            right: at_most_percent(attack.right_at_1_in_100),
            advantage: at_most_percent(attack.advantage),
        }
    }
}

/// What a run took, as far as it may be shown.
pub(super) struct CostRow {
    pub(super) name: String,
    pub(super) released: String,
    pub(super) time: String,
    pub(super) memory: String,
}

impl CostRow {
    /// For everybody who sees the page.
    pub(super) fn of(run: &Run) -> Self {
        let hidden = || "in private/report.html".to_string();
        match run.is_public_benchmark() {
            true => Self::of_owner(run),
            false => Self {
                time: hidden(),
                memory: hidden(),
                ..Self::of_owner(run)
            },
        }
    }

    /// For the owner of the records.
    pub(super) fn of_owner(run: &Run) -> Self {
        let cost = &run.result.cost;
        Self {
            name: run.name.clone(),
            released: bytes(cost.bytes_released),
            time: seconds(cost.wall_seconds.total),
            memory: cost.peak_memory_bytes.map_or(NONE.into(), bytes),
        }
    }
}

/// One run in full.
pub(super) struct Details {
    pub(super) name: String,
    pub(super) private: bool,
    pub(super) summary: String,
    pub(super) mechanism: Vec<String>,
    pub(super) warnings: Vec<String>,
    pub(super) assumptions: Vec<String>,
    pub(super) accountants: Vec<(String, String)>,
    pub(super) statement: String,
}

impl Details {
    pub(super) fn of(run: &Run) -> Self {
        let mut row = RunRow::of(run);
        let privacy = &run.privacy;
        let mut warnings = privacy.warnings.clone();
        // What a run states must not be less than what its events cost.
        if let (Some(stated), Some(found)) = (privacy.epsilon, recomputed(run))
            && run.is_private()
            && found > stated * (1.0 + 1e-6)
        {
            warnings.push(format!(
                "the accountant of this program finds epsilon {} for the events of this run, which states {}: do \
                 not rely on its statement",
                epsilon(found),
                epsilon(stated)
            ));
        }
        let by = |by: &crate::run::ByAccountant| {
            let conversion = by.conversion.as_ref().map(|name| format!(" ({name})"));
            let name = format!("{}{}", by.accountant, conversion.unwrap_or_default());
            (name, by.epsilon.map_or(NONE.into(), epsilon))
        };
        let votes = run.result.privacy.as_ref().filter(|_| run.is_private());
        let sanitized = votes.and_then(|privacy| privacy.sanitized.as_ref());
        let sanitized = sanitized.map(|found| {
            let chance = found.failure_probability;
            (
                format!("sanitised, for these votes; too low with probability {chance:e}"),
                epsilon(found.epsilon),
            )
        });
        let raw = votes.and_then(|privacy| privacy.raw_data_dependent_epsilon);
        let raw = raw.filter(|_| run.is_public_benchmark()).map(|raw| {
            let name = "raw, for these votes; shown of a public benchmark, no guarantee";
            (name.to_string(), format!("{raw:.3}"))
        });
        if row.private {
            row.epsilon = format!("epsilon {}", row.epsilon);
        }
        Self {
            summary: format!(
                "{} on {}, seed {}: {}",
                row.method, row.dataset, row.seed, row.epsilon
            ),
            name: row.name,
            private: row.private,
            mechanism: privacy.mechanism.clone(),
            warnings,
            assumptions: privacy.assumptions.clone(),
            accountants: (privacy.by_accountant.iter().filter(|_| run.is_private()))
                .map(by)
                .chain(sanitized)
                .chain(raw)
                .collect(),
            statement: markdown::html(&run.statement),
        }
    }
}

fn count(number: usize, name: &str) -> String {
    match number {
        1 => format!("1 {name}"),
        _ => format!("{number} {name}s"),
    }
}
