//! Which content, without saying what it is.

use std::fmt;

use privet_mechanisms::Sensitive;
use serde::{Deserialize, Serialize};

use crate::key::Key;
use crate::names::hex;

/// HMAC-SHA-256, under the ledger's key, of a digest of the private data: two runs on the same
/// content have the same one.
///
/// Without the key it says nothing of the data. It stays in the database all the same: it is no
/// budget's business, and what is shown or exported holds a number in its place.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct DataId(String);

impl DataId {
    pub(crate) fn new(key: &Key, digest: &Sensitive<[u8; 32]>) -> Self {
        let mac = key.mac(&[b"privet ledger data v1", digest.expose_sensitive()]);
        Self(hex(&mac))
    }
}

impl fmt::Debug for DataId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("DataId(..)")
    }
}
