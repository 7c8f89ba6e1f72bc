//! A batch in parts that fit the memory.

/// Some units of a batch, each given as many rows: what one pass computes.
///
/// A unit with fewer rows than another repeats its first one with weight 0. Only its own rows stand
/// in for it, so that what a unit adds is a function of that unit alone.
#[derive(Debug, PartialEq)]
pub(super) struct PhysicalBatch {
    /// Place of each unit among all units.
    pub(super) units: Vec<usize>,
    /// Place of each row among all rows, unit by unit.
    pub(super) rows: Vec<usize>,
    /// What each row's gradient counts in that of its unit, which is a mean; 0 for a repeated row.
    pub(super) weights: Vec<f32>,
}

/// Physical batches of at most `largest` rows, more only where one unit alone has more. Units
/// without rows are in none.
pub(super) fn physical_batches(sizes: &[usize], largest: usize) -> Vec<PhysicalBatch> {
    let mut batches = Vec::new();
    // Place, first row and size of the units of the next batch.
    let mut next: Vec<(usize, usize, usize)> = Vec::new();
    let mut longest = 0;
    let mut start = 0;
    for (unit, &size) in sizes.iter().enumerate().filter(|(_, size)| **size > 0) {
        if !next.is_empty() && (next.len() + 1) * longest.max(size) > largest {
            batches.push(batch(&next, longest));
            next.clear();
            longest = 0;
        }
        longest = longest.max(size);
        next.push((unit, start, size));
        start += size;
    }
    if !next.is_empty() {
        batches.push(batch(&next, longest));
    }
    batches
}

fn batch(units: &[(usize, usize, usize)], longest: usize) -> PhysicalBatch {
    let places = units.iter().flat_map(|&(_, start, size)| {
        (0..longest).map(move |row| match row < size {
            true => (start + row, 1.0 / size as f32),
            false => (start, 0.0),
        })
    });
    let (rows, weights) = places.unzip();
    PhysicalBatch {
        units: units.iter().map(|&(unit, ..)| unit).collect(),
        rows,
        weights,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_counts_once_and_units_stay_whole() {
        let sizes = [2, 0, 1, 3, 1, 1, 1, 9];
        for largest in [1, 4, 6, 100] {
            let batches = physical_batches(&sizes, largest);
            let mut seen = vec![0.0; 18];
            for batch in &batches {
                assert_eq!(batch.rows.len(), batch.weights.len());
                let length = batch.rows.len() / batch.units.len();
                assert!(batch.rows.len() <= largest || batch.units.len() == 1);
                for (place, &unit) in batch.units.iter().enumerate() {
                    let first: usize = sizes[..unit].iter().sum();
                    for cell in place * length..(place + 1) * length {
                        let row = batch.rows[cell];
                        assert!((first..first + sizes[unit]).contains(&row));
                        seen[row] += f64::from(batch.weights[cell]) * sizes[unit] as f64;
                    }
                }
            }
            assert!(
                seen.iter().all(|count| (count - 1.0).abs() < 1e-6),
                "{seen:?}"
            );
        }
    }
}
