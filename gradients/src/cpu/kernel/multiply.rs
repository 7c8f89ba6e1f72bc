//! Rows times a matrix.

use pulp::{Simd, WithSimd};

use super::panels::WIDEST;
use super::vectors::{add_line, load_line, store_line};
use super::{Instructions, Panels, Rows};

/// Where the products go: row `r` to `values[r * stride + column..]`.
pub(in crate::cpu) struct Output<'a> {
    /// The rows.
    pub(in crate::cpu) values: &'a mut [f32],
    /// From one row to the next.
    pub(in crate::cpu) stride: usize,
    /// First column that is written.
    pub(in crate::cpu) column: usize,
}

/// Writes `rows [m, depth]` times `panels [depth, columns]`, plus `bias [columns]` where given.
///
/// # Panics
/// Shapes that do not fit.
pub(in crate::cpu) fn multiply(
    instructions: Instructions,
    rows: Rows<'_>,
    panels: &Panels,
    bias: Option<&[f32]>,
    output: Output<'_>,
) {
    assert_eq!(rows.width(), panels.depth());
    instructions.run(Multiply {
        rows,
        panels,
        bias,
        output,
    });
}

struct Multiply<'a> {
    rows: Rows<'a>,
    panels: &'a Panels,
    bias: Option<&'a [f32]>,
    output: Output<'a>,
}

impl WithSimd for Multiply<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(mut self, simd: S) {
        for (column, width, panel) in self.panels.iter() {
            match width {
                1 => self.panel::<S, 1>(simd, column, panel),
                2 => self.panel::<S, 2>(simd, column, panel),
                _ => self.panel::<S, WIDEST>(simd, column, panel),
            }
        }
    }
}

/// Depth up to which a panel is taken in one go: about as much as a first-level cache holds.
const DEPTH: usize = 256;

/// Depth of one part of a deeper panel.
const PART: usize = 192;

/// Part of the depth: some segments of the rows, and their part of a panel.
struct Part<'a, V> {
    segments: &'a [usize],
    /// Where the part starts in each segment.
    offset: usize,
    length: usize,
    /// From where a row starts to the end of its last segment here.
    span: usize,
    panel: &'a [V],
    /// Whether the products so far are in the output, and not the bias.
    add: bool,
}

impl Multiply<'_> {
    #[inline(always)]
    fn panel<S: Simd, const N: usize>(&mut self, simd: S, column: usize, panel: &[f32]) {
        let (panel, _) = pulp::as_arrays::<N, _>(S::as_simd_f32s(panel).0);
        let columns = (self.panels.columns() - column).min(N * S::F32_LANES);
        let Rows {
            segments, length, ..
        } = self.rows;
        if self.rows.width() <= DEPTH {
            let part = Part {
                segments,
                offset: 0,
                length,
                span: span(segments) + length,
                panel,
                add: false,
            };
            return self.part::<S, N>(simd, column, columns, &part);
        }
        for (place, (segment, panel)) in segments
            .chunks(1)
            .zip(panel.chunks_exact(length))
            .enumerate()
        {
            for (count, panel) in panel.chunks(PART).enumerate() {
                let part = Part {
                    segments: segment,
                    offset: count * PART,
                    length: panel.len(),
                    span: span(segment) + count * PART + panel.len(),
                    panel,
                    add: place + count > 0,
                };
                self.part::<S, N>(simd, column, columns, &part);
            }
        }
    }

    /// All rows times a part of one panel, which stays in the cache meanwhile.
    #[inline(always)]
    fn part<S: Simd, const N: usize>(
        &mut self,
        simd: S,
        column: usize,
        columns: usize,
        part: &Part<'_, [S::f32s; N]>,
    ) {
        let mut start = [simd.splat_f32s(0.0); N];
        if let Some(bias) = self.bias
            && !part.add
        {
            load_line(simd, &bias[column..], &mut start);
        }
        // A narrow panel has few sums, each of which would wait for its last addition. All rows of a
        // panel are added up in the same order: where a row stands must not change its result.
        match N {
            1 => self.tiles::<S, N, 2>(simd, column, columns, part, &start),
            _ => self.tiles::<S, N, 1>(simd, column, columns, part, &start),
        }
    }

    #[inline(always)]
    fn tiles<S: Simd, const N: usize, const E: usize>(
        &mut self,
        simd: S,
        column: usize,
        columns: usize,
        part: &Part<'_, [S::f32s; N]>,
        start: &[S::f32s; N],
    ) {
        let count = self.rows.starts.len();
        let mut row = 0;
        if S::REGISTER_COUNT >= 32 {
            while row + 8 <= count {
                self.tile::<S, 8, N, E>(simd, row, column, columns, part, start);
                row += 8;
            }
        }
        while row + 4 <= count {
            self.tile::<S, 4, N, E>(simd, row, column, columns, part, start);
            row += 4;
        }
        while row < count {
            self.tile::<S, 1, N, E>(simd, row, column, columns, part, start);
            row += 1;
        }
    }

    /// `M` rows times a part of one panel, in `E` sums that take turns.
    #[inline(always)]
    fn tile<S: Simd, const M: usize, const N: usize, const E: usize>(
        &mut self,
        simd: S,
        row: usize,
        column: usize,
        columns: usize,
        part: &Part<'_, [S::f32s; N]>,
        start: &[S::f32s; N],
    ) {
        let Rows { data, starts, .. } = self.rows;
        let (offset, length) = (part.offset, part.length);
        let starts: &[usize] = &starts[row..row + M];
        let mut sums = [[[simd.splat_f32s(0.0); N]; M]; E];
        sums[0] = [*start; M];
        // All of one length, so that a segment is checked once for all.
        let span = part.span;
        let mut rows: [&[f32]; M] = [&[]; M];
        for (row, start) in rows.iter_mut().zip(starts) {
            *row = &data[*start..][..span];
        }
        for (segment, panel) in part.segments.iter().zip(part.panel.chunks_exact(length)) {
            let from = segment + offset;
            let mut sources: [&[f32]; M] = [&[]; M];
            for i in 0..M {
                sources[i] = &rows[i][from..from + panel.len()];
            }
            let (groups, rest) = panel.as_chunks::<E>();
            for (group, lines) in groups.iter().enumerate() {
                for e in 0..E {
                    for i in 0..M {
                        let value = simd.splat_f32s(sources[i][group * E + e]);
                        for j in 0..N {
                            sums[e][i][j] = simd.mul_add_e_f32s(value, lines[e][j], sums[e][i][j]);
                        }
                    }
                }
            }
            let done = groups.len() * E;
            for (p, line) in rest.iter().enumerate() {
                for i in 0..M {
                    let value = simd.splat_f32s(sources[i][done + p]);
                    for j in 0..N {
                        sums[0][i][j] = simd.mul_add_e_f32s(value, line[j], sums[0][i][j]);
                    }
                }
            }
        }
        // Only what is indexed by constants stays in registers: the loop above must not share its
        // array with the one below.
        let mut done = [*start; M];
        for i in 0..M {
            for j in 0..N {
                done[i][j] = sums[0][i][j];
                for turn in &sums[1..] {
                    done[i][j] = simd.add_f32s(done[i][j], turn[i][j]);
                }
            }
        }
        let Output {
            values,
            stride,
            column: first,
        } = &mut self.output;
        for (i, line) in done.iter_mut().enumerate() {
            let from = (row + i) * *stride + *first + column;
            let target = &mut values[from..from + columns];
            if part.add {
                add_line(simd, target, line);
            }
            store_line(simd, target, line);
        }
    }
}

/// Where the last of some segments starts.
fn span(segments: &[usize]) -> usize {
    segments.iter().copied().max().unwrap_or(0)
}
