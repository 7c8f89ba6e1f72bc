//! Long rows, copied so that tiles read them from one end to the other.

use super::{Buffer, Rows};

/// Long rows, cut into pieces: the first piece of all rows, the second of all, and so on. A tile
/// reads one piece of each row; where the rows lie, these are far apart, and at some distances all
/// of them share a few lines of the cache.
#[derive(Default)]
pub(super) struct Beside {
    values: Buffer,
    starts: Vec<usize>,
    segments: Vec<usize>,
}

/// Values of a piece: the rows of a tile of the result.
const PIECE: usize = 8;

/// Rows from which on it pays to copy them.
const LONG: usize = 256;

impl Beside {
    /// The same rows, in pieces where that pays.
    pub(super) fn of<'a>(&'a mut self, rows: Rows<'a>) -> Rows<'a> {
        let (count, length) = (rows.starts.len(), rows.length);
        if rows.segments.len() > 1 || length < LONG || !length.is_multiple_of(PIECE) {
            return rows;
        }
        self.values.resize(count * length);
        self.starts.clear();
        self.starts.extend((0..count).map(|row| row * PIECE));
        self.segments.clear();
        self.segments
            .extend((0..length / PIECE).map(|piece| piece * count * PIECE));
        for (row, start) in rows.starts.iter().enumerate() {
            let row_values = &rows.data[start + rows.segments[0]..][..length];
            for (piece, values) in row_values.chunks_exact(PIECE).enumerate() {
                let place = (piece * count + row) * PIECE;
                self.values[place..place + PIECE].copy_from_slice(values);
            }
        }
        Rows {
            data: &self.values,
            starts: &self.starts,
            segments: &self.segments,
            length: PIECE,
        }
    }
}
