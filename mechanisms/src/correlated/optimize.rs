//! The banded Toeplitz strategy of least error.
//!
//! Up to constants the mean squared error of prefix sums is `f(c) = |c|^2 sum_s (T - s) d_s^2`, the
//! squared norm of a column of `C` (the sensitivity of participations that do not overlap) times
//! the squared Frobenius norm of `A C^-1` over `T`. It is minimised over `c_1, c_2, ...` by
//! L-BFGS (Nocedal and Wright, "Numerical optimization", algorithm 7.4) with step halving.

use std::collections::VecDeque;

const HISTORY: usize = 12;
const ITERATIONS: usize = 300;

/// Coefficients `d` of `A C^-1`, from `C d = (1, 1, ...)`.
pub(super) fn prefix_coefficients(coefficients: &[f64], steps: usize) -> Vec<f64> {
    let mut solution = Vec::with_capacity(steps);
    for step in 0..steps {
        let value = 1.0 - weighted_past(coefficients, &solution);
        debug_assert_eq!(solution.len(), step);
        solution.push(value);
    }
    solution
}

/// Lower values of `f` from `start` on, as long as the coefficients stay monotone.
pub(super) fn descend(start: Vec<f64>, steps: usize) -> Vec<f64> {
    let mut at = Point::new(start, steps);
    let mut pairs: VecDeque<Pair> = VecDeque::new();
    for _ in 0..ITERATIONS {
        let direction = direction(&at.gradient, &pairs);
        let Some(next) = line_search(&at, &direction, steps) else {
            break;
        };
        let done = at.value - next.value <= 1e-14 * at.value;
        pairs.extend(Pair::between(&at, &next));
        if pairs.len() > HISTORY {
            pairs.pop_front();
        }
        at = next;
        if done {
            break;
        }
    }
    at.coefficients
}

/// A strategy with `f` and its gradient (0 in the fixed first coordinate).
struct Point {
    coefficients: Vec<f64>,
    value: f64,
    gradient: Vec<f64>,
}

impl Point {
    fn new(coefficients: Vec<f64>, steps: usize) -> Self {
        let solution = prefix_coefficients(&coefficients, steps);
        let weighted: Vec<f64> = solution
            .iter()
            .enumerate()
            .map(|(s, d)| (steps - s) as f64 * d)
            .collect();
        let error = dot(&weighted, &solution);
        let norm = dot(&coefficients, &coefficients);

        // d error / d c_j = -2 sum_t adjoint_t d_(t-j), where C^T adjoint = weighted.
        let mut reversed: Vec<f64> = Vec::with_capacity(steps);
        for weight in weighted.iter().rev() {
            reversed.push(weight - weighted_past(&coefficients, &reversed));
        }
        let adjoint: Vec<f64> = reversed.into_iter().rev().collect();
        let mut gradient: Vec<f64> = coefficients
            .iter()
            .enumerate()
            .map(|(j, c)| {
                let later = adjoint.get(j..).unwrap_or_default();
                2.0 * (c * error - norm * dot(later, &solution))
            })
            .collect();
        if let Some(first) = gradient.first_mut() {
            *first = 0.0;
        }
        Self {
            value: norm * error,
            coefficients,
            gradient,
        }
    }
}

/// A step and what it did to the gradient.
struct Pair {
    step: Vec<f64>,
    change: Vec<f64>,
    product: f64,
}

impl Pair {
    /// `None` where the curvature along the step is not positive.
    fn between(from: &Point, to: &Point) -> Option<Self> {
        let minus = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a - b).collect();
        let step: Vec<f64> = minus(&to.coefficients, &from.coefficients);
        let change: Vec<f64> = minus(&to.gradient, &from.gradient);
        let product = dot(&step, &change);
        (product > 0.0).then_some(Self {
            step,
            change,
            product,
        })
    }
}

/// Minus the gradient times an estimate of the inverse Hessian.
fn direction(gradient: &[f64], pairs: &VecDeque<Pair>) -> Vec<f64> {
    let mut direction: Vec<f64> = gradient.iter().map(|g| -g).collect();
    let mut shares = Vec::with_capacity(pairs.len());
    for pair in pairs.iter().rev() {
        let share = dot(&pair.step, &direction) / pair.product;
        add(&mut direction, -share, &pair.change);
        shares.push(share);
    }
    let scale = match pairs.back() {
        Some(pair) => pair.product / dot(&pair.change, &pair.change),
        None => 0.1 / dot(gradient, gradient).sqrt().max(f64::MIN_POSITIVE),
    };
    direction.iter_mut().for_each(|value| *value *= scale);
    for (pair, share) in pairs.iter().zip(shares.into_iter().rev()) {
        let correction = share - dot(&pair.change, &direction) / pair.product;
        add(&mut direction, correction, &pair.step);
    }
    direction
}

/// The first of the full step, half of it, ... that is allowed and descends (Armijo's rule).
fn line_search(at: &Point, direction: &[f64], steps: usize) -> Option<Point> {
    let slope = dot(&at.gradient, direction);
    if slope.partial_cmp(&0.0) != Some(std::cmp::Ordering::Less) {
        return None;
    }
    let mut length = 1.0;
    for _ in 0..60 {
        let mut coefficients = at.coefficients.clone();
        add(&mut coefficients, length, direction);
        let allowed = coefficients.is_sorted_by(|a, b| a >= b)
            && coefficients.last().is_some_and(|&last| last >= 0.0);
        if allowed {
            let point = Point::new(coefficients, steps);
            if point.value <= at.value + 1e-4 * length * slope {
                return Some(point);
            }
        }
        length *= 0.5;
    }
    None
}

/// `c_1 past[last] + c_2 past[last - 1] + ...`.
fn weighted_past(coefficients: &[f64], past: &[f64]) -> f64 {
    let newest_first = past.iter().rev();
    coefficients
        .iter()
        .skip(1)
        .zip(newest_first)
        .map(|(c, value)| c * value)
        .sum()
}

/// Over the shorter of the two.
fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

fn add(to: &mut [f64], factor: f64, what: &[f64]) {
    for (to, what) in to.iter_mut().zip(what) {
        *to += factor * what;
    }
}
