//! The wrapper of everything that depends on private data.

use std::fmt;

/// A value that depends on private data and that no mechanism has released.
///
/// Votes, gaps, clipped sums, the number of records, the size of a batch, per-example norms:
/// whatever would be different had one record not been there. The wrapper has no `Display`, no
/// `Serialize`, no `Deref` and no `PartialEq`, and its `Debug` prints nothing of the value, so such
/// a value does not slip into a log, a report or an assertion by accident. A way out is written
/// with a name that can be searched for, [`expose_sensitive`](Self::expose_sensitive).
///
/// ```
/// use privet_mechanisms::Sensitive;
/// let records = Sensitive::new(60_000_usize);
/// assert_eq!(format!("{records:?}"), "Sensitive(..)");
/// ```
#[derive(Clone)]
pub struct Sensitive<T>(T);

impl<T> Sensitive<T> {
    /// Marks `value` as dependent on private data.
    pub fn new(value: T) -> Self {
        Self(value)
    }

    /// A function of private data is private data.
    ///
    /// `f` must have no other effect: it may not print, store or send what it sees.
    pub fn map<U>(self, f: impl FnOnce(T) -> U) -> Sensitive<U> {
        Sensitive(f(self.0))
    }

    /// Two sensitive values as one.
    pub fn zip<U>(self, other: Sensitive<U>) -> Sensitive<(T, U)> {
        Sensitive((self.0, other.0))
    }

    /// The same value by reference, still wrapped.
    pub fn as_ref(&self) -> Sensitive<&T> {
        Sensitive(&self.0)
    }

    /// The bare value, for code on the private side.
    ///
    /// Who may call it: a mechanism that adds noise before anything leaves; code that computes
    /// one sensitive value from another and wraps the result again (a teacher's training, a
    /// clipped sum); and code that writes to the run's `private/` directory. Nothing else. What
    /// comes out must not reach a message, an error, a metric, a file outside `private/`, or a
    /// decision whose outcome can be seen from outside.
    pub fn expose_sensitive(&self) -> &T {
        &self.0
    }

    /// The bare value to be changed in place, by code that this crate answers for.
    pub(crate) fn expose_sensitive_mut(&mut self) -> &mut T {
        &mut self.0
    }

    /// The bare value by move, under the rule of [`expose_sensitive`](Self::expose_sensitive).
    pub fn into_exposed_sensitive(self) -> T {
        self.0
    }
}

impl<T> fmt::Debug for Sensitive<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Sensitive(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_prints_nothing_of_the_value() {
        let nested = Sensitive::new(vec![Sensitive::new(3141), Sensitive::new(2718)]);
        assert_eq!(
            format!("{nested:?} {nested:#?}"),
            "Sensitive(..) Sensitive(..)"
        );
    }

    #[test]
    fn map_zip_and_as_ref_stay_inside() {
        let votes = Sensitive::new(vec![1, 2, 3]);
        let total: Sensitive<i32> = votes.as_ref().map(|v| v.iter().sum());
        let both = total.zip(Sensitive::new("x"));
        assert_eq!(both.expose_sensitive(), &(6, "x"));
        assert_eq!(both.into_exposed_sensitive(), (6, "x"));
    }
}
