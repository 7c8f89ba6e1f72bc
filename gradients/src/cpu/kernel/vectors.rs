//! Between slices and vectors.

use pulp::Simd;

/// A vector of a slice of at most as many values; zeros where it is shorter.
#[inline(always)]
pub(super) fn load<S: Simd>(simd: S, values: &[f32]) -> S::f32s {
    // A whole vector needs no mask, and no call.
    match S::as_simd_f32s(values).0.first() {
        Some(vector) => *vector,
        None => simd.partial_load_f32s(values),
    }
}

/// Writes as much of a vector as the slice holds.
#[inline(always)]
pub(super) fn store<S: Simd>(simd: S, values: &mut [f32], vector: S::f32s) {
    if values.len() >= S::F32_LANES {
        if let Some(place) = S::as_mut_simd_f32s(values).0.first_mut() {
            *place = vector;
        }
    } else {
        simd.partial_store_f32s(values, vector);
    }
}

/// Reads vectors from the front of a slice; vectors beyond it stay as they are.
#[inline(always)]
pub(super) fn load_line<S: Simd>(simd: S, values: &[f32], line: &mut [S::f32s]) {
    for (vector, values) in line.iter_mut().zip(values.chunks(S::F32_LANES)) {
        *vector = load(simd, values);
    }
}

/// Writes as much of the vectors as the slice holds.
#[inline(always)]
pub(super) fn store_line<S: Simd>(simd: S, values: &mut [f32], line: &[S::f32s]) {
    for (vector, values) in line.iter().zip(values.chunks_mut(S::F32_LANES)) {
        store(simd, values, *vector);
    }
}

/// Adds the front of a slice to vectors.
#[inline(always)]
pub(super) fn add_line<S: Simd>(simd: S, values: &[f32], line: &mut [S::f32s]) {
    for (vector, values) in line.iter_mut().zip(values.chunks(S::F32_LANES)) {
        *vector = simd.add_f32s(*vector, load(simd, values));
    }
}

/// Adds values to the sums at their places.
#[inline(always)]
pub(in crate::cpu) fn add<S: Simd>(simd: S, sums: &mut [f32], values: &[f32]) {
    let (sums, sums_rest) = S::as_mut_simd_f32s(sums);
    let (values, values_rest) = S::as_simd_f32s(values);
    for (sum, &value) in sums.iter_mut().zip(values) {
        *sum = simd.add_f32s(*sum, value);
    }
    for (sum, value) in sums_rest.iter_mut().zip(values_rest) {
        *sum += value;
    }
}
