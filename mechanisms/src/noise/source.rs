//! From one key to independent substreams.

use std::collections::BTreeSet;
use std::fmt;
use std::sync::{Mutex, PoisonError};

use hmac::{Hmac, KeyInit, Mac};
use serde::{Deserialize, Serialize};
use sha2::Sha256;
use zeroize::Zeroizing;

use super::{ChunkStreams, NoiseKey, NoiseStream};
use crate::MechanismError;

/// Whether a run's noise is private. Written to a file, it is the words of [`as_str`](Self::as_str).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum NoiseOrigin {
    /// The key came from the operating system.
    #[serde(rename = "os-entropy")]
    OsEntropy,
    /// The noise can be recomputed by anyone: nothing that it touched is private.
    #[serde(rename = "DANGER-fixed-seed (NOT PRIVATE)")]
    DangerFixedSeed,
}

impl NoiseOrigin {
    /// The words that reports and `result.json` carry.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::OsEntropy => "os-entropy",
            Self::DangerFixedSeed => "DANGER-fixed-seed (NOT PRIVATE)",
        }
    }
}

impl fmt::Display for NoiseOrigin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// All the randomness of one run: substreams addressed by a purpose and an index.
///
/// A substream is ChaCha20 keyed with
/// `HMAC-SHA256(root, "privet noise stream v1" || len(purpose) || purpose || index)`, lengths and
/// indices as 64-bit little-endian integers. HMAC-SHA256 is a pseudorandom function (Bellare,
/// CRYPTO 2006) and the encoding is injective, so different (purpose, index) have independent
/// keys; the label keeps this use of the root apart from others. Because a substream depends on
/// nothing else, a resumed run replays the same noise for the same question and does not draw a
/// second answer to it.
///
/// # Same noise, same question
/// Replay is safe only if the question is the same one. Publishing `x + z` and `x' + z` shows
/// `x - x'` exactly, however large `z` is, and charging the run twice does not help. So:
/// - the purpose of a mechanism's stream contains every parameter of its plan: a plan with other
///   scales has other noise;
/// - a plan can be started once from a source ([`MechanismError::AlreadyStarted`]);
/// - [`bound_to`](Self::bound_to) makes all noise depend on a digest of the private inputs and the
///   config: if they change between crash and resumption, the noise is fresh, and charging twice
///   is then right. Without it the caller must draw a new key when the inputs changed.
///
/// The computation between must be bit-reproducible for a replay to be one.
pub struct NoiseSource {
    root: Zeroizing<[u8; 32]>,
    origin: NoiseOrigin,
    started: Mutex<BTreeSet<String>>,
}

impl NoiseSource {
    /// The noise of the run that owns `key`.
    pub fn from_key(key: &NoiseKey) -> Self {
        Self::new(key.expose_bytes(), NoiseOrigin::OsEntropy)
    }

    /// Noise that anyone can recompute, for debugging and tests. NOT PRIVATE.
    pub fn danger_fixed_seed(seed: u64) -> Self {
        let root = hmac_sha256(
            &[0; 32],
            &[b"privet DANGER fixed seed v1", &seed.to_le_bytes()],
        );
        Self::new(&root, NoiseOrigin::DangerFixedSeed)
    }

    /// The same key with noise of its own for these inputs.
    ///
    /// `inputs` is a digest of whatever determines the run: private data and config. It goes into
    /// an HMAC under the secret root and nowhere else.
    pub fn bound_to(&self, inputs: &[u8]) -> Self {
        let root = hmac_sha256(&self.root, &[b"privet noise inputs v1", inputs]);
        Self::new(&root, self.origin)
    }

    /// Whether this noise is private.
    pub fn origin(&self) -> NoiseOrigin {
        self.origin
    }

    /// The substream number `index` for `purpose`, from its beginning.
    ///
    /// Plans draw from streams that no purpose can name, so that what is drawn here is never the
    /// noise of a release.
    pub fn stream(&self, purpose: &str, index: u64) -> NoiseStream {
        self.labelled_stream(b"privet noise stream v1", purpose, index)
    }

    fn labelled_stream(&self, label: &[u8], purpose: &str, index: u64) -> NoiseStream {
        NoiseStream::from_seed(&self.seed(label, purpose, index))
    }

    fn seed(&self, label: &[u8], purpose: &str, index: u64) -> Zeroizing<[u8; 32]> {
        let length = (purpose.len() as u64).to_le_bytes();
        let index = index.to_le_bytes();
        hmac_sha256(&self.root, &[label, &length, purpose.as_bytes(), &index])
    }

    /// A handle on the streams of `plan`; refused the second time.
    pub(crate) fn start(&self, plan: &str) -> Result<PlanNoise, MechanismError> {
        let mut started = self.started.lock().unwrap_or_else(PoisonError::into_inner);
        if !started.insert(plan.to_owned()) {
            return Err(MechanismError::AlreadyStarted {
                plan: plan.to_owned(),
            });
        }
        Ok(PlanNoise {
            source: Self::new(&self.root, self.origin),
            plan: plan.to_owned(),
        })
    }

    fn new(root: &[u8; 32], origin: NoiseOrigin) -> Self {
        Self {
            root: Zeroizing::new(*root),
            origin,
            started: Mutex::default(),
        }
    }
}

impl fmt::Debug for NoiseSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "NoiseSource({})", self.origin)
    }
}

/// The streams of one started plan.
#[derive(Debug)]
pub(crate) struct PlanNoise {
    source: NoiseSource,
    plan: String,
}

impl PlanNoise {
    /// Stream `index` of one of the plan's uses of noise.
    pub(crate) fn stream(&self, part: &str, index: u64) -> NoiseStream {
        self.source
            .labelled_stream(b"privet plan noise v1", &self.purpose(part), index)
    }

    /// The streams of the chunks of vector `index` in one of the plan's uses of noise.
    pub(crate) fn chunks(&self, part: &str, index: u64) -> ChunkStreams {
        ChunkStreams::from_seed(self.source.seed(
            b"privet plan noise in chunks v1",
            &self.purpose(part),
            index,
        ))
    }

    fn purpose(&self, part: &str) -> String {
        format!("{} / {part}", self.plan)
    }
}

/// HMAC-SHA256 of the concatenated parts.
fn hmac_sha256(key: &[u8; 32], parts: &[&[u8]]) -> Zeroizing<[u8; 32]> {
    // HMAC pads a short key with zeros to the block size; done here, the length cannot be wrong.
    let mut block = Zeroizing::new([0; 64]);
    block[..32].copy_from_slice(key);
    let mut mac = Hmac::<Sha256>::new((&*block).into());
    for part in parts {
        mac.update(part);
    }
    Zeroizing::new(mac.finalize().into_bytes().into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::Rng;

    fn first(source: &NoiseSource, purpose: &str, index: u64) -> u64 {
        source.stream(purpose, index).next_u64()
    }

    #[test]
    fn hmac_agrees_with_rfc_4231_test_case_2() {
        let mut key = [0; 32];
        key[..4].copy_from_slice(b"Jefe");
        let mac = hmac_sha256(&key, &[b"what do ya want ", b"for nothing?"]);
        assert_eq!(mac[..8], [0x5b, 0xdc, 0xc1, 0x46, 0xbf, 0x60, 0x75, 0x4e]);
    }

    #[test]
    fn the_same_key_replays_and_anything_else_differs() {
        let key = NoiseKey::generate().unwrap();
        let source = NoiseSource::from_key(&key);
        let value = first(&source, "votes", 7);
        assert_eq!(value, first(&NoiseSource::from_key(&key), "votes", 7));
        assert_ne!(value, first(&source, "votes", 8));
        assert_ne!(value, first(&source, "batch", 7));
        assert_ne!(value, first(&source.bound_to(b"data"), "votes", 7));
        assert_ne!(
            first(&source.bound_to(b"data"), "votes", 7),
            first(&source.bound_to(b"data with one record more"), "votes", 7)
        );
        let other = NoiseSource::from_key(&NoiseKey::generate().unwrap());
        assert_ne!(value, first(&other, "votes", 7));
    }

    #[test]
    fn purposes_cannot_run_into_indices() {
        let source = NoiseSource::danger_fixed_seed(1);
        let index = u64::from_le_bytes(*b"abcdefgh");
        assert_ne!(first(&source, "x", index), first(&source, "xabcdefgh", 0));
    }

    #[test]
    fn origin_says_danger_and_nothing_secret_is_printed() {
        let source = NoiseSource::danger_fixed_seed(1).bound_to(b"data");
        assert_eq!(source.origin().as_str(), "DANGER-fixed-seed (NOT PRIVATE)");
        assert_eq!(
            format!("{source:?}"),
            "NoiseSource(DANGER-fixed-seed (NOT PRIVATE))"
        );
        let source = NoiseSource::from_key(&NoiseKey::generate().unwrap());
        assert_eq!(source.origin().to_string(), "os-entropy");
        for origin in [NoiseOrigin::OsEntropy, NoiseOrigin::DangerFixedSeed] {
            assert_eq!(serde_json::json!(origin), origin.as_str());
        }
    }

    #[test]
    fn a_plan_is_started_once() {
        let source = NoiseSource::danger_fixed_seed(1);
        source.start("plan a").unwrap();
        source.start("plan b").unwrap();
        let refused = source.start("plan a").unwrap_err();
        assert_eq!(
            refused,
            MechanismError::AlreadyStarted {
                plan: "plan a".into()
            }
        );
    }
}
