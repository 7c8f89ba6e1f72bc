//! Which vector instructions are used.

use pulp::{Arch, Scalar, WithSimd};

/// The vector instructions that an engine uses.
///
/// The default is the best that the processor has; the others are for tests and comparisons.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Instructions {
    /// The best that the processor has.
    #[default]
    Best,
    /// AVX2 with fused multiply-add on x86-64, where the processor has it; otherwise the best.
    Avx2,
    /// No vector instructions.
    Portable,
}

impl Instructions {
    /// Runs `operation` with these instructions.
    #[inline]
    pub(in crate::cpu) fn run<O: WithSimd>(self, operation: O) -> O::Output {
        match self {
            Self::Best => Arch::new().dispatch(operation),
            Self::Avx2 => avx2(operation),
            Self::Portable => pulp::Simd::vectorize(Scalar::new(), operation),
        }
    }

    /// Values in a vector.
    pub(in crate::cpu) fn lanes(self) -> usize {
        struct Lanes;
        impl WithSimd for Lanes {
            type Output = usize;
            fn with_simd<S: pulp::Simd>(self, _: S) -> usize {
                S::F32_LANES
            }
        }
        self.run(Lanes)
    }

    /// Name of what runs, for reports.
    pub fn name(self) -> &'static str {
        match self.lanes() {
            16 => "avx512",
            8 => "avx2",
            4 => "128-bit",
            _ => "portable",
        }
    }
}

#[cfg(target_arch = "x86_64")]
fn avx2<O: WithSimd>(operation: O) -> O::Output {
    match pulp::x86::V3::try_new() {
        Some(simd) => pulp::Simd::vectorize(simd, operation),
        None => Arch::new().dispatch(operation),
    }
}

#[cfg(not(target_arch = "x86_64"))]
fn avx2<O: WithSimd>(operation: O) -> O::Output {
    Arch::new().dispatch(operation)
}
