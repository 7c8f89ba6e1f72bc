//! Sizes and costs that are checked before any work.

use anyhow::{Context as _, Result, bail, ensure};
use privet_accountant::{Conversion, DpEvent, Guarantee, Ledger};
use privet_training::data::Dataset;

use crate::account::{Accountant, Asked, Question, smallest_noise};
use crate::config::PrivacyTarget;
use crate::display::epsilon;
use crate::ledger::RunLedger;

/// The public number of records, or of users where users are protected, that delta, sampling and
/// shards are judged by.
pub(super) fn declared_size(dataset: &Dataset) -> Result<usize> {
    let Some(size) = dataset.info.declared_size else {
        bail!(
            "[data] declared_size is missing: give the public, approximate number of private \
             records (of users, where [privacy] unit protects users); the true number is private and is \
             never used"
        );
    };
    ensure!(
        size > 0,
        "[data] declared_size = 0: give the number of private records (of users, where [privacy] \
         unit protects users)"
    );
    Ok(size)
}

/// The guarantee asked for, and the accountant that answers for it: one and the same for
/// calibration, budget and headline.
#[derive(Clone, Debug)]
pub(crate) struct Accounting {
    privacy: PrivacyTarget,
    by: Accountant,
}

impl Accounting {
    /// The accountant that the config names, or the tightest that can bound `event`, which is of the
    /// kind of the run's own: the exact one where it has a finite answer, else the Renyi accountant.
    ///
    /// The choice follows from public constants alone.
    pub(super) fn new(privacy: &PrivacyTarget, event: &DpEvent) -> Self {
        let tightest = || {
            let exact = Accountant::Pld.guarantee(question(privacy), event, privacy.delta);
            match exact {
                Ok(guarantee) if guarantee.epsilon.is_finite() => Accountant::Pld,
                _ => Accountant::Rdp,
            }
        };
        Self {
            privacy: privacy.clone(),
            by: privacy.accountant.unwrap_or_else(tightest),
        }
    }

    /// The guarantee asked for.
    pub(super) fn privacy(&self) -> &PrivacyTarget {
        &self.privacy
    }

    /// The accountant.
    pub(super) fn by(&self) -> Accountant {
        self.by
    }

    /// The guarantee of one event.
    pub(super) fn guarantee(&self, event: &DpEvent) -> Result<Guarantee> {
        let guarantee = self
            .by
            .guarantee(question(&self.privacy), event, self.privacy.delta);
        guarantee.with_context(|| match self.by {
            Accountant::Pld => {
                "[privacy] accountant = \"pld\" cannot bound this plan: leave the key out"
            }
            Accountant::Rdp => "the Renyi accountant cannot bound this plan",
        })
    }

    /// The least noise within the budget; `key` is where the config could give it.
    pub(super) fn calibrate<E: std::fmt::Display>(
        &self,
        key: &str,
        event: impl Fn(f64) -> Result<DpEvent, E>,
    ) -> Result<f64> {
        let target = self.privacy.budget(key)?;
        smallest_noise(self.by, question(&self.privacy), target, event)
            .with_context(|| format!("{key} cannot be calibrated"))
    }

    /// The most repetitions of at most `planned` whose event is within the budget; 0 where one is
    /// too many.
    pub(super) fn most(&self, planned: u64, event: impl Fn(u64) -> Result<DpEvent>) -> Result<u64> {
        let Some(budget) = self.privacy.epsilon else {
            return Ok(planned);
        };
        let fits =
            |count| -> Result<bool> { Ok(self.guarantee(&event(count)?)?.epsilon <= budget) };
        if fits(planned)? {
            return Ok(planned);
        }
        let (mut most, mut too_many) = (0, planned);
        while too_many - most > 1 {
            let middle = most + (too_many - most) / 2;
            match fits(middle)? {
                true => most = middle,
                false => too_many = middle,
            }
        }
        Ok(most)
    }

    /// The guarantee of everything in a ledger; the headline first, then every other accountant and
    /// conversion that supports the events.
    ///
    /// Where a run was charged more than once, every epsilon is at least the budget: see
    /// [`afford`](Self::afford).
    pub(super) fn guarantees(&self, ledger: &Ledger) -> Result<Vec<Guarantee>> {
        let event = ledger.as_event();
        let headline = self.guarantee(&event)?;
        let all = [
            (Accountant::Pld, Conversion::CanonneKamathSteinke2020),
            (Accountant::Rdp, Conversion::CanonneKamathSteinke2020),
            (Accountant::Rdp, Conversion::Mironov2017),
        ];
        let others = all.into_iter().filter_map(|(accountant, conversion)| {
            let question = Question {
                conversion,
                ..question(&self.privacy)
            };
            let guarantee = accountant.guarantee(question, &event, self.privacy.delta);
            guarantee.ok().filter(|other| *other != headline)
        });
        let mut guarantees: Vec<Guarantee> = others.collect();
        guarantees.insert(0, headline);
        if let Some(budget) = self.privacy.epsilon.filter(|_| ledger.entries().len() > 1) {
            for guarantee in &mut guarantees {
                guarantee.epsilon = guarantee.epsilon.max(budget);
                guarantee.optimal_order = None;
            }
        }
        Ok(guarantees)
    }

    /// Refuses a plan that costs more than the budget.
    pub(super) fn check_budget(&self, event: &DpEvent, noise_key: &str) -> Result<()> {
        let guarantee = self.guarantee(event)?;
        let delta = self.privacy.delta;
        ensure!(
            guarantee.epsilon.is_finite(),
            "this plan has no finite epsilon at delta = {delta:e}: add noise ({noise_key})"
        );
        if let Some(budget) = self.privacy.epsilon {
            ensure!(
                guarantee.epsilon <= budget,
                "this plan costs epsilon = {} at delta = {delta:e}, above the budget [privacy] \
                 epsilon = {budget}: raise the budget, or leave {noise_key} out and it is calibrated",
                epsilon(guarantee.epsilon),
            );
        }
        Ok(())
    }

    /// Refuses a second charge in one run directory unless the budget covers both.
    ///
    /// All charges of a run are the same event, fixed by its config, so the budget fixes beforehand
    /// how many of them there can be: the largest number whose composition is within it. Whether one
    /// more of them is made is decided as the run goes, but every path is a part of that fixed
    /// adaptive composition, whose guarantee is the budget. Without a budget there is no such bound.
    pub(super) fn afford(&self, ledger: &RunLedger, event: &DpEvent) -> Result<()> {
        let same = |earlier: &crate::ledger::Reservation| earlier.event == *event;
        ensure!(
            ledger.reservations().iter().all(same),
            "this run has been charged for another plan, by another version of this program: start \
             a new run with --out DIR, and count this one as spent"
        );
        let spent = ledger.to_ledger()?.as_event();
        let both = DpEvent::composed(vec![spent, event.clone()]);
        let total = self.guarantee(&both)?.epsilon;
        match self.privacy.epsilon {
            Some(budget) if total <= budget => Ok(()),
            budget => bail!(
                "this run has been charged already, for other data, another program or another kind of \
                 processor, or its noise key is gone; a second charge would make epsilon = {} and {}: start a \
                 new run with --out DIR, and count this one as spent",
                epsilon(total),
                budget.map_or(
                    "there is no [privacy] epsilon to bound it".to_string(),
                    |budget| { format!("the budget is {}", epsilon(budget)) }
                )
            ),
        }
    }
}

fn question(privacy: &PrivacyTarget) -> Question {
    Question {
        asked: Asked::EpsilonAt {
            delta: privacy.delta,
        },
        relation: privacy.relation,
        conversion: Conversion::CanonneKamathSteinke2020,
    }
}
