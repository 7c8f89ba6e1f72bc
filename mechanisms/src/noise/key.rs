//! The secret that a run's noise is made from.

use std::fmt;

use rand::TryRng;
use rand::rngs::SysRng;
use zeroize::Zeroizing;

use crate::MechanismError;

/// 32 secret bytes from the operating system; whoever knows them can subtract the noise.
///
/// A run keeps its key in a file of mode 0600 until it is complete, so that a resumed run replays
/// the same noise; afterwards the caller deletes it. The memory is zeroed when the key is dropped.
#[derive(Clone)]
pub struct NoiseKey(Zeroizing<[u8; NoiseKey::LENGTH]>);

impl NoiseKey {
    /// How many bytes a key has.
    pub const LENGTH: usize = 32;

    /// A new key from the operating system's entropy.
    pub fn generate() -> Result<Self, MechanismError> {
        let mut bytes = Zeroizing::new([0; Self::LENGTH]);
        SysRng
            .try_fill_bytes(bytes.as_mut())
            .map_err(|error| MechanismError::NoEntropy(error.to_string()))?;
        Self::from_bytes(bytes.as_ref())
    }

    /// A key that was stored; refuses any other length than 32, and zeroed bytes.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, MechanismError> {
        let refuse = || MechanismError::BadKey {
            length: bytes.len(),
        };
        let key: [u8; Self::LENGTH] = bytes.try_into().map_err(|_| refuse())?;
        if key.iter().all(|&byte| byte == 0) {
            return Err(refuse());
        }
        Ok(Self(Zeroizing::new(key)))
    }

    /// The secret bytes, for a caller that stores them in a file of mode 0600 and nowhere else.
    pub fn expose_bytes(&self) -> &[u8; Self::LENGTH] {
        &self.0
    }
}

impl fmt::Debug for NoiseKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("NoiseKey(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_keys_differ_and_are_not_printed() {
        let (a, b) = (NoiseKey::generate().unwrap(), NoiseKey::generate().unwrap());
        assert_ne!(a.expose_bytes(), b.expose_bytes());
        assert_eq!(format!("{a:?}"), "NoiseKey(..)");
    }

    #[test]
    fn bytes_round_trip_and_what_is_no_key_is_refused() {
        let key = NoiseKey::generate().unwrap();
        let again = NoiseKey::from_bytes(key.expose_bytes()).unwrap();
        assert_eq!(key.expose_bytes(), again.expose_bytes());
        for bad in [&[][..], &[1; 31], &[1; 33], &[0; 32]] {
            let refused = NoiseKey::from_bytes(bad).unwrap_err();
            assert_eq!(refused, MechanismError::BadKey { length: bad.len() });
        }
    }
}
