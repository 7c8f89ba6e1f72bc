//! Activation functions and their derivatives, many values at a time.

use pulp::{Simd, WithSimd};

use super::Instructions;

/// An activation function, applied to each value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::cpu) enum Function {
    /// `max(x, 0)`; NaN stays NaN.
    Relu,
    /// Hyperbolic tangent.
    Tanh,
    /// `x Phi(x)`.
    Gelu,
    /// `x sigmoid(x)`.
    Silu,
    /// `1 / (1 + exp(-x))`.
    Sigmoid,
    /// `x^2`.
    Square,
}

impl Function {
    /// Whether the derivative is computed from the function's value, so that the argument may be
    /// overwritten by it.
    pub(in crate::cpu) fn differentiates_by_value(self) -> bool {
        matches!(self, Self::Relu | Self::Tanh | Self::Sigmoid)
    }
}

/// Replaces each value by the function of it.
pub(in crate::cpu) fn apply(instructions: Instructions, function: Function, values: &mut [f32]) {
    instructions.run(Apply { function, values });
}

/// Multiplies each of `deltas` by the derivative at the place that `saved` tells: the function's
/// value where it [differentiates by value](Function::differentiates_by_value), else its argument.
pub(in crate::cpu) fn chain(
    instructions: Instructions,
    function: Function,
    saved: &[f32],
    deltas: &mut [f32],
) {
    instructions.run(Chain {
        function,
        saved,
        deltas,
    });
}

// Macros, since a closure would be compiled by itself, without the vector instructions.

/// Replaces each vector `x` of the values by an expression.
macro_rules! each {
    ($simd:expr, $values:expr, $x:ident => $new:expr) => {{
        let (vectors, rest) = S::as_mut_simd_f32s($values);
        for vector in vectors {
            let $x = *vector;
            *vector = $new;
        }
        if !rest.is_empty() {
            let $x = $simd.partial_load_f32s(rest);
            let new = $new;
            $simd.partial_store_f32s(rest, new);
        }
    }};
}

/// Replaces each vector `delta` of the deltas by an expression of it and of what was saved.
macro_rules! both {
    ($simd:expr, $saved:expr, $deltas:expr, $x:ident, $delta:ident => $new:expr) => {{
        let (saved, saved_rest) = S::as_simd_f32s($saved);
        let (deltas, rest) = S::as_mut_simd_f32s($deltas);
        for (vector, saved) in deltas.iter_mut().zip(saved) {
            let ($x, $delta) = (*saved, *vector);
            *vector = $new;
        }
        if !rest.is_empty() {
            let $x = $simd.partial_load_f32s(saved_rest);
            let $delta = $simd.partial_load_f32s(rest);
            let new = $new;
            $simd.partial_store_f32s(rest, new);
        }
    }};
}

struct Apply<'a> {
    function: Function,
    values: &'a mut [f32],
}

impl WithSimd for Apply<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let lanes = Lanes(simd);
        match self.function {
            Function::Relu => each!(simd, self.values, x => lanes.relu(x)),
            Function::Tanh => each!(simd, self.values, x => lanes.tanh(x)),
            Function::Gelu => {
                each!(simd, self.values, x => simd.mul_f32s(x, lanes.normal_distribution(x)));
            }
            Function::Silu => {
                each!(simd, self.values, x => simd.mul_f32s(x, lanes.sigmoid(x)));
            }
            Function::Sigmoid => each!(simd, self.values, x => lanes.sigmoid(x)),
            Function::Square => each!(simd, self.values, x => simd.mul_f32s(x, x)),
        }
    }
}

struct Chain<'a> {
    function: Function,
    saved: &'a [f32],
    deltas: &'a mut [f32],
}

impl WithSimd for Chain<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let lanes = Lanes(simd);
        let one = simd.splat_f32s(1.0);
        let (saved, deltas) = (self.saved, self.deltas);
        match self.function {
            Function::Relu => both!(simd, saved, deltas, y, delta => {
                let positive = simd.less_than_f32s(simd.splat_f32s(0.0), y);
                simd.select_f32s(positive, delta, simd.splat_f32s(0.0))
            }),
            Function::Tanh => both!(simd, saved, deltas, y, delta => {
                let slope = simd.sub_f32s(one, simd.mul_f32s(y, y));
                simd.mul_f32s(delta, slope)
            }),
            Function::Gelu => both!(simd, saved, deltas, x, delta => {
                let slope = simd.mul_add_e_f32s(x, lanes.density(x), lanes.normal_distribution(x));
                simd.mul_f32s(delta, slope)
            }),
            Function::Silu => both!(simd, saved, deltas, x, delta => {
                let sigmoid = lanes.sigmoid(x);
                let rest = simd.mul_f32s(x, simd.sub_f32s(one, sigmoid));
                let slope = simd.mul_add_e_f32s(sigmoid, rest, sigmoid);
                simd.mul_f32s(delta, slope)
            }),
            Function::Sigmoid => both!(simd, saved, deltas, y, delta => {
                let slope = simd.mul_f32s(y, simd.sub_f32s(one, y));
                simd.mul_f32s(delta, slope)
            }),
            Function::Square => both!(simd, saved, deltas, x, delta => {
                simd.mul_f32s(delta, simd.add_f32s(x, x))
            }),
        }
    }
}

/// Functions of a vector.
#[derive(Clone, Copy)]
struct Lanes<S>(S);

impl<S: Simd> Lanes<S> {
    #[inline(always)]
    fn relu(self, x: S::f32s) -> S::f32s {
        let negative = self.0.less_than_f32s(x, self.0.splat_f32s(0.0));
        self.0.select_f32s(negative, self.0.splat_f32s(0.0), x)
    }

    /// `x` where it is NaN, else `value`: minima and maxima lose NaN on some processors.
    #[inline(always)]
    fn keep_nan(self, x: S::f32s, value: S::f32s) -> S::f32s {
        self.0.select_f32s(self.0.equal_f32s(x, x), value, x)
    }

    #[inline(always)]
    fn clamp(self, x: S::f32s, bound: f32) -> S::f32s {
        let above = self.0.max_f32s(x, self.0.splat_f32s(-bound));
        self.0.min_f32s(above, self.0.splat_f32s(bound))
    }

    /// The rational function of degree 13 over 6 that Eigen uses; within 4 units in the last place.
    #[inline(always)]
    fn tanh(self, argument: S::f32s) -> S::f32s {
        const NUMERATOR: [f32; 7] = [
            -2.760_768_5e-16,
            2.000_188e-13,
            -8.604_672e-11,
            5.122_297e-8,
            1.485_722_4e-5,
            6.372_619_3e-4,
            4.893_524_6e-3,
        ];
        const DENOMINATOR: [f32; 4] =
            [1.198_258_4e-6, 1.185_347_1e-4, 2.268_434_6e-3, 4.893_525e-3];
        // Beyond this tanh rounds to 1.
        let x = self.clamp(argument, 7.905_311);
        let square = self.0.mul_f32s(x, x);
        let above = self.0.mul_f32s(x, self.polynomial(square, &NUMERATOR));
        let value = self
            .0
            .div_f32s(above, self.polynomial(square, &DENOMINATOR));
        self.keep_nan(argument, value)
    }

    /// `exp(x)` for `x` in `[-87, 87]`, clamped to it: `2^k exp(r)` with `|r| <= ln(2) / 2` and a
    /// Taylor polynomial of degree 7.
    #[inline(always)]
    fn exp(self, argument: S::f32s) -> S::f32s {
        const TAYLOR: [f32; 8] = [
            1.0 / 5040.0,
            1.0 / 720.0,
            1.0 / 120.0,
            1.0 / 24.0,
            1.0 / 6.0,
            0.5,
            1.0,
            1.0,
        ];
        // Adding 1.5 2^23 leaves the nearest integer in the lowest bits.
        const SHIFT: f32 = 12_582_912.0;
        let simd = self.0;
        let x = self.clamp(argument, 87.0);
        let shift = simd.splat_f32s(SHIFT);
        let shifted = simd.mul_add_e_f32s(x, simd.splat_f32s(std::f32::consts::LOG2_E), shift);
        let power = simd.sub_f32s(shifted, shift);
        let rest = simd.mul_add_e_f32s(power, simd.splat_f32s(-355.0 / 512.0), x);
        let rest = simd.mul_add_e_f32s(power, simd.splat_f32s(2.121_944_4e-4), rest);
        let value = self.polynomial(rest, &TAYLOR);
        let exponent =
            simd.wrapping_dyn_shl_u32s(simd.transmute_u32s_f32s(shifted), simd.splat_u32s(23));
        let bits = simd.add_u32s(simd.transmute_u32s_f32s(value), exponent);
        self.keep_nan(argument, simd.transmute_f32s_u32s(bits))
    }

    #[inline(always)]
    fn sigmoid(self, x: S::f32s) -> S::f32s {
        let one = self.0.splat_f32s(1.0);
        let below = self.0.add_f32s(one, self.exp(self.0.neg_f32s(x)));
        self.0.div_f32s(one, below)
    }

    /// Density of the standard normal distribution.
    #[inline(always)]
    fn density(self, x: S::f32s) -> S::f32s {
        let half_square = self
            .0
            .mul_f32s(self.0.splat_f32s(-0.5), self.0.mul_f32s(x, x));
        self.0
            .mul_f32s(self.0.splat_f32s(0.398_942_3), self.exp(half_square))
    }

    /// `Phi(x)`, by formula 7.1.26 of Abramowitz and Stegun for the error function; absolute error
    /// below 2e-7.
    #[inline(always)]
    fn normal_distribution(self, x: S::f32s) -> S::f32s {
        const TAIL: [f32; 5] = [
            1.061_405_4,
            -1.453_152,
            1.421_413_7,
            -0.284_496_74,
            0.254_829_6,
        ];
        let simd = self.0;
        let (one, half) = (simd.splat_f32s(1.0), simd.splat_f32s(0.5));
        let size = simd.mul_f32s(
            simd.abs_f32s(x),
            simd.splat_f32s(std::f32::consts::FRAC_1_SQRT_2),
        );
        let below = simd.mul_add_e_f32s(size, simd.splat_f32s(0.327_591_1), one);
        let t = simd.div_f32s(one, below);
        let falling = self.exp(simd.neg_f32s(simd.mul_f32s(size, size)));
        let tail = simd.mul_f32s(t, simd.mul_f32s(falling, self.polynomial(t, &TAIL)));
        let small = simd.mul_f32s(half, tail);
        let negative = simd.less_than_f32s(x, simd.splat_f32s(0.0));
        simd.select_f32s(negative, small, simd.sub_f32s(one, small))
    }

    /// Highest power first.
    #[inline(always)]
    fn polynomial<const N: usize>(self, x: S::f32s, coefficients: &[f32; N]) -> S::f32s {
        let mut value = self.0.splat_f32s(coefficients[0]);
        for &coefficient in &coefficients[1..] {
            value = self
                .0
                .mul_add_e_f32s(value, x, self.0.splat_f32s(coefficient));
        }
        value
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: [Function; 6] = [
        Function::Relu,
        Function::Tanh,
        Function::Gelu,
        Function::Silu,
        Function::Sigmoid,
        Function::Square,
    ];

    /// `Phi` by its series in f64.
    fn normal_distribution(x: f64) -> f64 {
        if x.abs() > 6.0 {
            return f64::from(u8::from(x > 0.0));
        }
        let (mut term, mut sum) = (x, x);
        for n in 1..200 {
            term *= x * x / f64::from(2 * n + 1);
            sum += term;
        }
        0.5 + sum * (-x * x / 2.0).exp() / (2.0 * std::f64::consts::PI).sqrt()
    }

    fn exact(function: Function, x: f64) -> f64 {
        let sigmoid = 1.0 / (1.0 + (-x).exp());
        match function {
            Function::Relu => x.max(0.0),
            Function::Tanh => x.tanh(),
            Function::Gelu => x * normal_distribution(x),
            Function::Silu => x * sigmoid,
            Function::Sigmoid => sigmoid,
            Function::Square => x * x,
        }
    }

    #[test]
    fn values_and_slopes_agree_with_double_precision() {
        let arguments: Vec<f32> = (-4000..4000).map(|i| i as f32 * 0.005 + 0.001).collect();
        for instructions in [
            Instructions::Best,
            Instructions::Avx2,
            Instructions::Portable,
        ] {
            for function in ALL {
                let mut values = arguments.clone();
                apply(instructions, function, &mut values);
                let saved = match function.differentiates_by_value() {
                    true => &values,
                    false => &arguments,
                };
                let mut slopes = vec![1.0; arguments.len()];
                chain(instructions, function, saved, &mut slopes);
                for ((&x, value), slope) in arguments.iter().zip(&values).zip(slopes) {
                    let x = f64::from(x);
                    let expected = exact(function, x);
                    let error = (f64::from(*value) - expected).abs();
                    assert!(error <= 4e-7 * expected.abs().max(1.0), "{function:?}({x})");
                    let step = 1e-5;
                    let expected =
                        (exact(function, x + step) - exact(function, x - step)) / (2.0 * step);
                    let error = (f64::from(slope) - expected).abs();
                    assert!(
                        error <= 2e-6 * expected.abs().max(1.0),
                        "{function:?}'({x})"
                    );
                }
            }
        }
    }

    #[test]
    fn what_is_not_a_number_stays_so() {
        for instructions in [
            Instructions::Best,
            Instructions::Avx2,
            Instructions::Portable,
        ] {
            for function in ALL {
                let mut values = [f32::NAN; 19];
                apply(instructions, function, &mut values);
                assert!(values.iter().all(|value| value.is_nan()), "{function:?}");
            }
        }
    }
}
