//! Which method answers a question.

use super::contour::Contour;
use super::lattice::{self, Goal};
use super::law::{Law, Uses};
use super::stand_in;
use crate::Bracket;

/// The gap aimed at.
const GOAL: Goal = Goal {
    absolute: 1e-6,
    relative: 1e-9,
};
/// The gap aimed at where the answer is a delta: relative to it.
const DELTA_GOAL: Goal = Goal {
    absolute: 0.0,
    relative: 1e-6,
};

/// No epsilon by the lattice is certain to be below this.
const SMALLEST: f64 = 1e-14;
/// The lattice takes exponentials of the losses of sampled laws, which overflow beyond 709.
const LARGEST_LOSS: f64 = 680.0;

/// `epsilon(delta)` of one direction.
pub(super) fn epsilon(uses: &[Uses], delta: f64) -> Bracket {
    if delta >= 1.0 || uses.is_empty() {
        return Bracket::exactly(0.0);
    }
    if reveals(uses) {
        return Bracket::exactly(f64::INFINITY);
    }
    let methods = Methods {
        contour: |uses: &[Uses]| {
            let contour = if delta > 0.0 {
                Contour::new(uses)
            } else {
                None
            };
            contour?.epsilon(delta)
        },
        lattice: |uses: &[Uses]| {
            let found = lattice::epsilon(uses, delta, GOAL);
            // Where the exact value is of the size of a rounding error. A contradiction stays one.
            let sound = found.lower <= found.upper;
            let upper = if sound {
                found.upper.max(SMALLEST)
            } else {
                found.upper
            };
            Bracket { upper, ..found }
        },
        simpler: |uses: &[Uses]| epsilon(uses, delta),
        unknown: Bracket::ANY_EPSILON,
        goal: GOAL,
        delta: Some(delta),
    };
    methods.ask(uses)
}

/// `delta(epsilon)` of one direction.
pub(super) fn delta(uses: &[Uses], epsilon: f64) -> Bracket {
    if uses.is_empty() {
        return Bracket::exactly(0.0);
    }
    if reveals(uses) {
        return Bracket::exactly(1.0);
    }
    if let Some(bracket) = stand_in::delta(uses, epsilon) {
        return bracket;
    }
    let methods = Methods {
        contour: |uses: &[Uses]| Contour::new(uses)?.delta(epsilon),
        lattice: |uses: &[Uses]| lattice::delta(uses, epsilon, DELTA_GOAL),
        simpler: |uses: &[Uses]| delta(uses, epsilon),
        unknown: Bracket::ANY_DELTA,
        goal: DELTA_GOAL,
        delta: None,
    };
    methods.ask(uses)
}

/// The ways to one answer.
struct Methods<C, L, S> {
    contour: C,
    lattice: L,
    /// The same question about simpler laws.
    simpler: S,
    /// The answer of last resort.
    unknown: Bracket,
    goal: Goal,
    /// The delta that is asked about, if one is.
    delta: Option<f64>,
}

impl<C, L, S> Methods<C, L, S>
where
    C: Fn(&[Uses]) -> Option<Bracket>,
    L: Fn(&[Uses]) -> Bracket,
    S: Fn(&[Uses]) -> Bracket,
{
    /// The contour where it is quick, else the lattice or laws that stand in for these; for few
    /// uses the contour after all if the gap is wide.
    fn ask(&self, uses: &[Uses]) -> Bracket {
        let few = are_few(uses);
        if !few && let Some(bracket) = self.by_contour(uses) {
            return bracket;
        }
        let found = match stand_in::of(uses, self.delta) {
            Some((below, above)) => Bracket {
                lower: (self.simpler)(&below).lower,
                upper: (self.simpler)(&above).upper,
            },
            None if uses.iter().all(|uses| fits_the_lattice(&uses.law)) => {
                (self.lattice)(uses).or_if_contradictory(self.unknown)
            }
            None => self.unknown,
        };
        let Goal { absolute, relative } = self.goal;
        let wide = 2.0 * absolute.max(relative * found.upper.min(f64::MAX));
        if !few || found.gap() <= wide {
            return found;
        }
        let both = self.by_contour(uses).map(|other| found.intersect(other));
        both.map_or(found, |both| both.or_if_contradictory(self.unknown))
    }

    /// Nothing also if the ends contradict each other.
    fn by_contour(&self, uses: &[Uses]) -> Option<Bracket> {
        (self.contour)(uses).filter(|bracket| bracket.lower <= bracket.upper)
    }
}

fn reveals(uses: &[Uses]) -> bool {
    uses.iter().any(|uses| uses.law == Law::NonPrivate)
}

/// Whether the losses of a sampled law stay within what the lattice can compute, 40 standard
/// deviations of the noise away from the mean.
fn fits_the_lattice(law: &Law) -> bool {
    let reach = |mean: f64| 0.5 * mean * mean + 40.0 * mean <= LARGEST_LOSS;
    match law {
        Law::NormalMixtures {
            numerator,
            denominator,
        } => {
            let means = || {
                numerator
                    .iter()
                    .chain(denominator)
                    .map(|component| component.mean)
            };
            let (low, high) = (means().fold(0.0, f64::min), means().fold(0.0, f64::max));
            reach(high - low)
        }
        Law::SampledRemove { inner, .. } | Law::SampledAdd { inner, .. } => match inner.as_ref() {
            Law::Gaussian { mu } => reach(*mu),
            Law::Laplace { shift } => *shift <= LARGEST_LOSS,
            Law::DiscreteLaplace { scale, shift } => *shift as f64 / scale <= LARGEST_LOSS,
            Law::DiscreteGaussian { sigma, shift } => reach(*shift as f64 / sigma),
            Law::Outcomes(outcomes) => outcomes
                .iter()
                .all(|(p, q)| *p == 0.0 || *q == 0.0 || libm::log(p / q).abs() <= LARGEST_LOSS),
            _ => false,
        },
        _ => true,
    }
}

/// Whether the lattice is asked first: a sum of few losses is not smooth enough for the contour
/// to be quick, unless it is normal.
fn are_few(uses: &[Uses]) -> bool {
    const FEW: f64 = 16.0;
    let normal = uses
        .iter()
        .all(|uses| matches!(uses.law, Law::Gaussian { .. }));
    !normal && uses.iter().map(|uses| uses.count).sum::<f64>() <= FEW
}
