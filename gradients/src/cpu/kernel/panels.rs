//! A matrix cut into panels that a tile reads from one end to the other.

use super::Buffer;

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
    /// Takes over a matrix `[depth, columns]`; `row(p, into)` writes its row `p`.
    pub(in crate::cpu) fn fill(
        &mut self,
        depth: usize,
        columns: usize,
        lanes: usize,
        mut row: impl FnMut(usize, &mut [f32]),
    ) {
        let padded = columns.next_multiple_of(lanes);
        (self.depth, self.columns, self.lanes) = (depth, columns, lanes);
        self.values.resize(depth * padded);
        let mut line = vec![0.0; padded];
        for p in 0..depth {
            row(p, &mut line[..columns]);
            let (mut panel, mut column) = (0, 0);
            for width in widths(padded / lanes) {
                let width = width * lanes;
                let start = panel + p * width;
                self.values[start..start + width].copy_from_slice(&line[column..column + width]);
                panel += depth * width;
                column += width;
            }
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
