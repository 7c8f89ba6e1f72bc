//! Sums of outer products: the gradient of a matrix.

use std::cell::RefCell;

use pulp::{Simd, WithSimd};

use super::beside::Beside;
use super::panels::widths;
use super::vectors::{add_line, store_line};
use super::{Buffer, Instructions, Output, Rows};

/// Writes, or adds to what is there, the sum over rows `t` of the outer products of
/// `rows[t] [width]` and `deltas[t * stride + column..][..columns]`: `into` is `[width, columns]`.
pub(in crate::cpu) fn outer(
    instructions: Instructions,
    rows: Rows<'_>,
    deltas: Deltas<'_>,
    into: &mut [f32],
    add: bool,
) {
    let count = rows.starts.len();
    let stride = deltas.columns;
    if count * deltas.columns <= VALUES && deltas.stride <= STRIDE {
        let into = Output {
            values: into,
            stride,
            column: 0,
        };
        return instructions.run(Outer {
            rows,
            deltas,
            into,
            add,
        });
    }
    COPIES.with_borrow_mut(
        |Copies {
             deltas: copy,
             rows: beside,
         }| {
            let rows = beside.of(rows);
            // A panel of the result stays in the second-level cache while all rows are added to it.
            for column in (0..deltas.columns).step_by(COLUMNS) {
                let columns = COLUMNS.min(deltas.columns - column);
                for first in (0..count.max(1)).step_by(ROWS) {
                    let some = ROWS.min(count - first);
                    copy.resize(some * columns);
                    let lines = deltas.values.chunks_exact(deltas.stride).skip(first);
                    for (line, copy) in lines.zip(copy.chunks_exact_mut(columns)) {
                        copy.copy_from_slice(&line[deltas.column + column..][..columns]);
                    }
                    instructions.run(Outer {
                        rows: rows.select(first..first + some),
                        deltas: Deltas {
                            values: copy,
                            stride: columns,
                            column: 0,
                            columns,
                        },
                        into: Output {
                            values: &mut *into,
                            stride,
                            column,
                        },
                        add: add || first > 0,
                    });
                }
            }
        },
    );
}

/// Deltas that may be read where they lie, a row at a time.
const VALUES: usize = 1 << 14;

/// Rows that are taken at a time, so that their deltas stay in the first-level cache.
const ROWS: usize = 128;

/// Columns of deltas that are copied side by side: three vectors of 16.
const COLUMNS: usize = 48;

/// Rows of deltas that lie further apart than this share few lines of the cache.
const STRIDE: usize = 256;

thread_local! {
    static COPIES: RefCell<Copies> = RefCell::default();
}

/// What a thread copies to have it side by side.
#[derive(Default)]
struct Copies {
    deltas: Buffer,
    rows: Beside,
}

/// Gradients at a layer's output, row by row.
#[derive(Clone, Copy)]
pub(in crate::cpu) struct Deltas<'a> {
    /// The rows, as many as those that they meet.
    pub(in crate::cpu) values: &'a [f32],
    /// From one row to the next.
    pub(in crate::cpu) stride: usize,
    /// First column that is read.
    pub(in crate::cpu) column: usize,
    /// Columns that are read.
    pub(in crate::cpu) columns: usize,
}

struct Outer<'a> {
    rows: Rows<'a>,
    deltas: Deltas<'a>,
    into: Output<'a>,
    add: bool,
}

impl WithSimd for Outer<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(mut self, simd: S) {
        let whole = self.deltas.columns / S::F32_LANES;
        let mut column = 0;
        for width in widths(whole) {
            match width {
                1 => self.panel::<S, 1, true>(simd, column),
                2 => self.panel::<S, 2, true>(simd, column),
                _ => self.panel::<S, 3, true>(simd, column),
            }
            column += width * S::F32_LANES;
        }
        if column < self.deltas.columns {
            self.panel::<S, 1, false>(simd, column);
        }
    }
}

impl Outer<'_> {
    #[inline(always)]
    fn panel<S: Simd, const N: usize, const WHOLE: bool>(&mut self, simd: S, column: usize) {
        let length = self.rows.length;
        for segment in 0..self.rows.segments.len() {
            let mut first = 0;
            if S::REGISTER_COUNT >= 32 {
                while first + 8 <= length {
                    self.tile::<S, 8, N, WHOLE>(simd, segment, first, column);
                    first += 8;
                }
            }
            while first + 4 <= length {
                self.tile::<S, 4, N, WHOLE>(simd, segment, first, column);
                first += 4;
            }
            while first < length {
                self.tile::<S, 1, N, WHOLE>(simd, segment, first, column);
                first += 1;
            }
        }
    }

    /// `M` rows of the result, starting at value `first` of a segment.
    #[inline(always)]
    fn tile<S: Simd, const M: usize, const N: usize, const WHOLE: bool>(
        &mut self,
        simd: S,
        segment: usize,
        first: usize,
        column: usize,
    ) {
        let Rows {
            data,
            starts,
            segments,
            length,
        } = self.rows;
        let Deltas {
            values,
            stride,
            column: offset,
            columns,
        } = self.deltas;
        let width = if WHOLE {
            N * S::F32_LANES
        } else {
            columns - column
        };
        let target = ((segment * length) + first) * self.into.stride + self.into.column + column;
        let place = segments[segment] + first;
        let mut sums = [[simd.splat_f32s(0.0); N]; M];
        for (start, row) in starts.iter().zip(values.chunks_exact(stride)) {
            let sources = &data[start + place..][..M];
            let row = &row[offset + column..][..width];
            let mut line = [simd.splat_f32s(0.0); N];
            if WHOLE {
                let row = &S::as_simd_f32s(row).0[..N];
                line.copy_from_slice(row);
            } else {
                line[0] = simd.partial_load_f32s(row);
            }
            for i in 0..M {
                let value = simd.splat_f32s(sources[i]);
                for j in 0..N {
                    sums[i][j] = simd.mul_add_e_f32s(value, line[j], sums[i][j]);
                }
            }
        }
        // Only what is indexed by constants stays in registers: the loop above must not share its
        // array with the one below.
        let mut done = [[simd.splat_f32s(0.0); N]; M];
        for i in 0..M {
            for j in 0..N {
                done[i][j] = sums[i][j];
            }
        }
        for (i, line) in done.iter_mut().enumerate() {
            let into = &mut self.into.values[target + i * self.into.stride..][..width];
            if self.add {
                add_line(simd, into, line);
            }
            store_line(simd, into, line);
        }
    }
}
