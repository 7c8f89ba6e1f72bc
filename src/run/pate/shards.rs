//! Evidence under `private/` that no two teachers share a record.

use anyhow::{Context as _, Result, ensure};
use privet_mechanisms::NoiseKey;
use privet_teachers::Partition;

use crate::run::context::Context;

const PROOF: &str = "shards.jsonl";
const KEY: &str = "shards.key";

/// Writes the digests of all shards under a key of their own, and checks what they show.
pub(super) fn prove(context: &Context, partition: &Partition) -> Result<()> {
    let private = &context.dataset.private;
    // 32 bytes of the operating system, like the key of noise.
    let key = NoiseKey::generate()?;
    let proof = partition.proof(private.examples(), private.units(), key.expose_bytes())?;
    let proof = proof.expose_sensitive();
    ensure!(
        proof.check().expose_sensitive().is_disjoint(),
        "the shards of two teachers share a record: this is a defect of the program; nothing was \
         released"
    );
    let mut bytes = Vec::new();
    proof
        .write(&mut bytes)
        .context("writing the proof of the shards")?;
    context.dir.write_private(KEY, key.expose_bytes())?;
    context.dir.write_private(PROOF, &bytes)
}
