//! Which program on which kind of processor computes a run.

use std::fs;
use std::path::PathBuf;

use anyhow::{Context, Result};
use sha2::{Digest, Sha256};

/// The identity of what computes, as far as it is known to change bits of floating-point results:
/// the program itself, the instruction sets, and the processor's model, by whose caches matrix
/// products are cut. The system's mathematical library is not covered.
///
/// Taken when a run begins: later the file may be another program.
pub(super) fn identity() -> Result<Vec<u8>> {
    let program = match cfg!(target_os = "linux") {
        // The program that runs, also where its file has been replaced.
        true => PathBuf::from("/proc/self/exe"),
        false => std::env::current_exe().context("cannot find this program's own file")?,
    };
    let program = fs::read(&program)
        .context("cannot read this program, to tell later whether a resumed run is the same one")?;
    let mut identity = Sha256::digest(program).to_vec();
    identity.extend(std::env::consts::ARCH.as_bytes());
    identity.extend(processor_model().into_bytes());
    #[cfg(target_arch = "x86_64")]
    for feature in [
        is_x86_feature_detected!("sse4.1"),
        is_x86_feature_detected!("avx"),
        is_x86_feature_detected!("avx2"),
        is_x86_feature_detected!("fma"),
        is_x86_feature_detected!("avx512f"),
    ] {
        identity.push(feature.into());
    }
    Ok(identity)
}

/// The processor's name where the operating system tells it.
fn processor_model() -> String {
    let text = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let lines = text.lines();
    let model = lines.filter(|line| line.starts_with("model") || line.starts_with("CPU part"));
    model.take(2).collect()
}
