//! Fourier transforms of several images side by side.
//!
//! Each lane of a vector belongs to another image, so that all images go through the same
//! operations and no value ever crosses lanes: a row's result is the same whatever its neighbours
//! are. Grids are small (36 by 36 for MNIST), and their sides are products of small primes times
//! what the image's side leaves.

use std::f64::consts::PI;

use pulp::{NullaryFnOnce, Simd};

/// Real and imaginary part, of as many images as a vector has lanes.
pub(super) type Complex<V> = [V; 2];

/// Discrete Fourier transform `X_k = sum_n x_n e^(-2 pi i n k / N)` of one length, by the
/// self-sorting algorithm of Stockham with a pass for each small factor.
#[derive(Debug)]
pub(super) struct Transform {
    length: usize,
    passes: Vec<Pass>,
}

/// One factor of the length.
#[derive(Debug)]
struct Pass {
    radix: usize,
    /// Product of the factors before.
    before: usize,
    /// Product of the factors after.
    after: usize,
    /// For each of `after` places, `radix` factors.
    twiddles: Vec<[f32; 2]>,
    /// The roots of unity of order `radix`.
    roots: Vec<[f32; 2]>,
}

impl Transform {
    pub(super) fn new(length: usize) -> Self {
        let mut passes = Vec::new();
        let mut left = length;
        while left > 1 {
            let small = [4, 2, 3, 5].into_iter();
            let factor = small.chain(6..).find(|factor| left.is_multiple_of(*factor));
            let radix = factor.unwrap_or(left);
            passes.push(Pass::new(radix, length / left, left / radix));
            left /= radix;
        }
        Self { length, passes }
    }

    /// Transforms a line in place: `length` values of `grid`, `stride` apart, beginning with the
    /// first. `memory` has room for two lines.
    #[inline(always)]
    pub(super) fn apply<S: Simd>(
        &self,
        simd: S,
        grid: &mut [Complex<S::f32s>],
        stride: usize,
        memory: &mut [Complex<S::f32s>],
    ) {
        let (mut from, mut to) = memory.split_at_mut(self.length);
        let last = self.passes.len().saturating_sub(1);
        for (number, pass) in self.passes.iter().enumerate() {
            // The first pass reads from the grid and the last one writes to it.
            match (number == 0, number == last) {
                (true, _) => pass.apply(simd, [&mut *grid, &mut *to], [stride, 1]),
                (false, true) => pass.apply(simd, [&mut *from, &mut *grid], [1, stride]),
                (false, false) => pass.apply(simd, [&mut *from, &mut *to], [1, 1]),
            }
            std::mem::swap(&mut from, &mut to);
        }
        if self.passes.len() == 1 {
            for (place, value) in from[..self.length].iter().enumerate() {
                grid[place * stride] = *value;
            }
        }
    }
}

impl Pass {
    fn new(radix: usize, before: usize, after: usize) -> Self {
        let root = |part: usize, whole: usize| {
            let angle = -2.0 * PI * (part % whole) as f64 / whole as f64;
            [angle.cos() as f32, angle.sin() as f32]
        };
        Self {
            radix,
            before,
            after,
            twiddles: (0..after)
                .flat_map(|place| (0..radix).map(move |k| root(place * k, radix * after)))
                .collect(),
            roots: (0..radix).map(|part| root(part, radix)).collect(),
        }
    }

    /// Reads one line and writes another, each with its stride.
    #[inline(always)]
    fn apply<S: Simd>(
        &self,
        simd: S,
        [from, to]: [&mut [Complex<S::f32s>]; 2],
        strides: [usize; 2],
    ) {
        simd.vectorize(Butterflies {
            simd,
            pass: self,
            from,
            to,
            strides,
        });
    }

    #[inline(always)]
    fn three<S: Simd>(&self, simd: S, line: Line<'_, S::f32s>) -> [Complex<S::f32s>; 3] {
        let [a, b, c] = [0, 1, 2].map(|k| line.at(k));
        let (sum, difference) = (add(simd, b, c), subtract(simd, b, c));
        let middle = scaled_sum(simd, sum, self.roots[1][0], a);
        let turned = scale(simd, quarter_turn(simd, difference), -self.roots[1][1]);
        let outputs = [add(simd, middle, turned), subtract(simd, middle, turned)];
        [add(simd, a, sum), outputs[0], outputs[1]]
    }

    #[inline(always)]
    fn five<S: Simd>(&self, simd: S, line: Line<'_, S::f32s>) -> [Complex<S::f32s>; 5] {
        let [a, b, c, d, e] = [0, 1, 2, 3, 4].map(|k| line.at(k));
        let (outer, inner) = (add(simd, b, e), add(simd, c, d));
        let (outer_turned, inner_turned) = (
            quarter_turn(simd, subtract(simd, b, e)),
            quarter_turn(simd, subtract(simd, c, d)),
        );
        let ([cos1, sin1], [cos2, sin2]) = (self.roots[1], self.roots[2]);
        let even1 = scaled_sum(simd, inner, cos2, scaled_sum(simd, outer, cos1, a));
        let even2 = scaled_sum(simd, inner, cos1, scaled_sum(simd, outer, cos2, a));
        let odd1 = scaled_sum(simd, inner_turned, -sin2, scale(simd, outer_turned, -sin1));
        let odd2 = scaled_sum(simd, inner_turned, sin1, scale(simd, outer_turned, -sin2));
        [
            add(simd, a, add(simd, outer, inner)),
            add(simd, even1, odd1),
            add(simd, even2, odd2),
            subtract(simd, even2, odd2),
            subtract(simd, even1, odd1),
        ]
    }

    /// One output of a pass with a large factor, from the definition.
    #[inline(always)]
    fn one_of_many<S: Simd>(
        &self,
        simd: S,
        line: Line<'_, S::f32s>,
        output: usize,
    ) -> Complex<S::f32s> {
        let mut sum = line.at(0);
        let mut part = 0;
        for k in 1..self.radix {
            part = (part + output) % self.radix;
            sum = add(simd, sum, times(simd, line.at(k), self.roots[part]));
        }
        sum
    }
}

/// A pass at work: one function for all places that ask for it, because it is long.
struct Butterflies<'a, S: Simd> {
    simd: S,
    pass: &'a Pass,
    from: &'a [Complex<S::f32s>],
    to: &'a mut [Complex<S::f32s>],
    strides: [usize; 2],
}

impl<S: Simd> NullaryFnOnce for Butterflies<'_, S> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        let Self {
            simd,
            pass,
            from,
            to,
            strides: [from_stride, to_stride],
        } = self;
        for place in 0..pass.after {
            let twiddles = &pass.twiddles[place * pass.radix..][..pass.radix];
            for part in 0..pass.before {
                let from = Line {
                    values: &from[(part + pass.before * place) * from_stride..],
                    stride: pass.before * pass.after * from_stride,
                };
                let first = part + pass.before * pass.radix * place;
                let to = &mut to[first * to_stride..];
                let to_stride = pass.before * to_stride;
                match pass.radix {
                    2 => write(simd, two(simd, from), twiddles, to, to_stride),
                    3 => write(simd, pass.three(simd, from), twiddles, to, to_stride),
                    4 => write(simd, four(simd, from), twiddles, to, to_stride),
                    5 => write(simd, pass.five(simd, from), twiddles, to, to_stride),
                    _ => {
                        for (output, twiddle) in twiddles.iter().enumerate() {
                            let value = pass.one_of_many(simd, from, output);
                            to[output * to_stride] = times(simd, value, *twiddle);
                        }
                    }
                }
            }
        }
    }
}

/// The inputs of one butterfly.
#[derive(Clone, Copy)]
struct Line<'a, V> {
    values: &'a [Complex<V>],
    stride: usize,
}

impl<V: Copy> Line<'_, V> {
    #[inline(always)]
    fn at(&self, place: usize) -> Complex<V> {
        self.values[place * self.stride]
    }
}

#[inline(always)]
fn two<S: Simd>(simd: S, line: Line<'_, S::f32s>) -> [Complex<S::f32s>; 2] {
    let (a, b) = (line.at(0), line.at(1));
    [add(simd, a, b), subtract(simd, a, b)]
}

#[inline(always)]
fn four<S: Simd>(simd: S, line: Line<'_, S::f32s>) -> [Complex<S::f32s>; 4] {
    let [a, b, c, d] = [0, 1, 2, 3].map(|k| line.at(k));
    let (even, even_difference) = (add(simd, a, c), subtract(simd, a, c));
    let (odd, odd_difference) = (add(simd, b, d), subtract(simd, b, d));
    let turned = quarter_turn(simd, odd_difference);
    [
        add(simd, even, odd),
        add(simd, even_difference, turned),
        subtract(simd, even, odd),
        subtract(simd, even_difference, turned),
    ]
}

/// Writes what a butterfly gave, each value times its factor.
#[inline(always)]
fn write<S: Simd, const R: usize>(
    simd: S,
    values: [Complex<S::f32s>; R],
    twiddles: &[[f32; 2]],
    to: &mut [Complex<S::f32s>],
    stride: usize,
) {
    to[0] = values[0];
    for (k, twiddle) in (1..R).zip(&twiddles[1..]) {
        to[k * stride] = match twiddle[0] == 1.0 {
            true => values[k],
            false => times(simd, values[k], *twiddle),
        };
    }
}

#[inline(always)]
fn add<S: Simd>(simd: S, a: Complex<S::f32s>, b: Complex<S::f32s>) -> Complex<S::f32s> {
    [simd.add_f32s(a[0], b[0]), simd.add_f32s(a[1], b[1])]
}

#[inline(always)]
fn subtract<S: Simd>(simd: S, a: Complex<S::f32s>, b: Complex<S::f32s>) -> Complex<S::f32s> {
    [simd.sub_f32s(a[0], b[0]), simd.sub_f32s(a[1], b[1])]
}

/// Times `-i`.
#[inline(always)]
fn quarter_turn<S: Simd>(simd: S, a: Complex<S::f32s>) -> Complex<S::f32s> {
    [a[1], simd.neg_f32s(a[0])]
}

#[inline(always)]
fn scale<S: Simd>(simd: S, a: Complex<S::f32s>, factor: f32) -> Complex<S::f32s> {
    let factor = simd.splat_f32s(factor);
    [simd.mul_f32s(a[0], factor), simd.mul_f32s(a[1], factor)]
}

/// `factor * a + b`.
#[inline(always)]
fn scaled_sum<S: Simd>(
    simd: S,
    a: Complex<S::f32s>,
    factor: f32,
    b: Complex<S::f32s>,
) -> Complex<S::f32s> {
    let factor = simd.splat_f32s(factor);
    [0, 1].map(|part| simd.mul_add_e_f32s(factor, a[part], b[part]))
}

/// The product with a complex number.
#[inline(always)]
fn times<S: Simd>(simd: S, a: Complex<S::f32s>, [re, im]: [f32; 2]) -> Complex<S::f32s> {
    let (re, im) = (simd.splat_f32s(re), simd.splat_f32s(im));
    let minus_im = simd.neg_f32s(im);
    [
        simd.mul_add_e_f32s(a[1], minus_im, simd.mul_f32s(a[0], re)),
        simd.mul_add_e_f32s(a[0], im, simd.mul_f32s(a[1], re)),
    ]
}
