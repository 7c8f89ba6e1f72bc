//! A matrix cut into panels that a tile reads from one end to the other.

use rayon::prelude::*;

use super::Buffer;

/// Rows of a panel that are filled together.
const GROUP: usize = 16;

/// Values from which on threads share the work.
const PARALLEL: usize = 1 << 17;

/// Widest panel, in vectors: with 8 rows a tile then has 24 accumulators.
pub(super) const WIDEST: usize = 3;

/// Widths in vectors of the panels that cover `vectors` vectors: 3 where possible, and never a lone
/// 1 beside others, which would wait for its loads.
pub(super) fn widths(mut vectors: usize) -> impl Iterator<Item = usize> {
    std::iter::from_fn(move || {
        let width = match vectors {
            0 => return None,
            4 => 2,
            left => left.min(WIDEST),
        };
        vectors -= width;
        Some(width)
    })
}

/// A matrix `[depth, columns]` in panels: panel by panel, row by row, each row padded with zeros to
/// a whole number of vectors.
#[derive(Debug, Default)]
pub(in crate::cpu) struct Panels {
    values: Buffer,
    depth: usize,
    columns: usize,
    lanes: usize,
}

impl Panels {
    /// Takes over a matrix `[depth, columns]`, whose values `value(row, column)` tells; on all
    /// threads where `parallel` and it is large.
    pub(in crate::cpu) fn fill(
        &mut self,
        [depth, columns]: [usize; 2],
        lanes: usize,
        parallel: bool,
        value: impl Fn(usize, usize) -> f32 + Sync,
    ) {
        let padded = columns.next_multiple_of(lanes);
        (self.depth, self.columns, self.lanes) = (depth, columns, lanes);
        self.values.resize(depth * padded);
        let (mut rest, mut first) = (&mut self.values[..], 0);
        let mut panels = Vec::new();
        for width in widths(padded / lanes) {
            let width = width * lanes;
            let (panel, after) = std::mem::take(&mut rest).split_at_mut(depth * width);
            panels.push((panel, first, width));
            (rest, first) = (after, first + width);
        }
        let fill = |(panel, first, width): (&mut [f32], usize, usize)| {
            let known = width.min(columns - first);
            // Rows in groups: what lies far apart is the same few lines of memory for a group.
            for (group, lines) in panel.chunks_mut(GROUP * width).enumerate() {
                for place in 0..known {
                    for (row, line) in lines.chunks_exact_mut(width).enumerate() {
                        line[place] = value(group * GROUP + row, first + place);
                    }
                }
                for line in lines.chunks_exact_mut(width) {
                    line[known..].fill(0.0);
                }
            }
        };
        match parallel && depth * padded >= PARALLEL {
            true => panels.into_par_iter().for_each(fill),
            false => panels.into_iter().for_each(fill),
        }
    }

    /// Number of columns.
    pub(in crate::cpu) fn columns(&self) -> usize {
        self.columns
    }

    /// Number of rows.
    pub(in crate::cpu) fn depth(&self) -> usize {
        self.depth
    }

    /// Each panel: its first column, its width in vectors, its values.
    pub(super) fn iter(&self) -> impl Iterator<Item = (usize, usize, &[f32])> {
        let (mut column, mut rest) = (0, &self.values[..]);
        widths(self.columns.div_ceil(self.lanes.max(1))).map(move |width| {
            let (panel, after) = rest.split_at(self.depth * width * self.lanes);
            let first = column;
            rest = after;
            column += width * self.lanes;
            (first, width, panel)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn widths_cover_everything() {
        for vectors in 0..40 {
            let widths: Vec<usize> = widths(vectors).collect();
            assert_eq!(widths.iter().sum::<usize>(), vectors);
            assert!(vectors < 2 || widths.iter().all(|&width| (2..=WIDEST).contains(&width)));
        }
    }
}
