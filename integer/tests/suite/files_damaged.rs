//! Damaged files: an error or an equal model, never a panic.

use privet_integer::IntegerFile;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

use crate::file::file;

#[test]
fn random_damage_is_refused_or_changes_nothing_that_is_computed() {
    let whole = file();
    let bytes = whole.to_json().unwrap().into_bytes();
    // A fixed seed: the same damage in every run.
    let mut generator = ChaCha8Rng::seed_from_u64(20);
    let (mut refused, mut read) = (0, 0);
    for round in 0..4000 {
        let mut damaged = bytes.clone();
        match round % 4 {
            0 => damaged.truncate(generator.random_range(0..bytes.len())),
            1 => {
                let start = generator.random_range(0..bytes.len());
                let end = (start + generator.random_range(1..40)).min(bytes.len());
                damaged.drain(start..end);
            }
            2 => {
                let place = generator.random_range(0..bytes.len());
                damaged[place] =
                    b"0123456789-+.eE\"{}[],:nulltrue\xff"[generator.random_range(0..31)];
            }
            _ => {
                // Digits that make numbers huge.
                let place = generator.random_range(0..bytes.len());
                let digits = generator.random_range(1..45);
                damaged.splice(place..place, std::iter::repeat_n(b'9', digits));
            }
        }
        match IntegerFile::from_json(&damaged) {
            Err(error) => {
                refused += 1;
                assert!(!error.to_string().is_empty());
            }
            // Damage to names and to what stands beside the numbers is not found out.
            Ok(other) => {
                read += 1;
                assert_eq!(other.model().outputs(), whole.model().outputs());
            }
        }
    }
    assert!(refused > 3000 && read > 0, "{refused} refused, {read} read");
}
