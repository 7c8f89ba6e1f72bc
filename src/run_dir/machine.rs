//! Which program on which kind of processor computes a run.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use sha2::{Digest, Sha256};

/// The identity of what computes, as far as it is known to change bits of floating-point results:
/// the program itself, the processor's model, every instruction set that the operating system
/// reports, and the caches, by whose sizes products of matrices are cut.
///
/// Not covered: the system's mathematical library (its `exp` may round otherwise in another
/// version), and cores of several kinds in one processor, of which the first one speaks for all.
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
    // Empty where the operating system does not tell.
    let processor = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    for part in [
        std::env::consts::ARCH.to_owned(),
        of_processor(&processor),
        of_caches(Path::new("/sys/devices/system/cpu/cpu0/cache")),
    ] {
        identity.extend(Sha256::digest(part));
    }
    #[cfg(target_arch = "x86_64")]
    for feature in [
        is_x86_feature_detected!("sse4.1"),
        is_x86_feature_detected!("avx"),
        is_x86_feature_detected!("avx2"),
        is_x86_feature_detected!("fma"),
        is_x86_feature_detected!("avx512f"),
        is_x86_feature_detected!("avx512bw"),
        is_x86_feature_detected!("avx512cd"),
        is_x86_feature_detected!("avx512dq"),
        is_x86_feature_detected!("avx512vl"),
    ] {
        identity.push(feature.into());
    }
    Ok(identity)
}

/// What `/proc/cpuinfo` says of the first processor's model and of all that it can do.
fn of_processor(text: &str) -> String {
    let names = [
        "vendor_id",
        "cpu family",
        "model",
        "model name",
        "stepping",
        "flags",
        // The same on ARM.
        "CPU implementer",
        "CPU variant",
        "CPU part",
        "CPU revision",
        "Features",
    ];
    let first = text.lines().take_while(|line| !line.trim().is_empty());
    let told = first.filter(|line| {
        let name = line.split(':').next().unwrap_or_default();
        names.contains(&name.trim())
    });
    told.collect::<Vec<_>>().join("\n")
}

/// Kinds and sizes of the caches that are described in `folder`, one a line.
fn of_caches(folder: &Path) -> String {
    let Ok(caches) = fs::read_dir(folder) else {
        return String::new();
    };
    let caches = caches.flatten().map(|cache| cache.path());
    let caches = caches.filter(|cache| cache.is_dir());
    let describe = |cache: PathBuf| {
        let values = [
            "level",
            "type",
            "size",
            "ways_of_associativity",
            "coherency_line_size",
            "shared_cpu_list",
        ]
        .map(|name| fs::read_to_string(cache.join(name)).unwrap_or_default());
        values.each_ref().map(|value| value.trim()).join(" ")
    };
    let mut lines: Vec<String> = caches.map(describe).collect();
    // A directory is listed in no particular order.
    lines.sort_unstable();
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    const PROCESSOR: &str = "processor\t: 0\nmodel\t\t: 106\nmodel name\t: Some 9\ncpu MHz\t\t: \
                             2600.1\nflags\t\t: fpu avx512f avx512bw avx512dq\n\nprocessor\t: 1\n\
                             cpu MHz\t\t: 2599.7\n";

    #[test]
    fn every_instruction_set_counts_and_the_clock_does_not() {
        let changed = |from, to| of_processor(&PROCESSOR.replace(from, to));
        let identity = of_processor(PROCESSOR);
        for (from, to) in [(" avx512bw", ""), ("106", "107"), ("Some 9", "Some 10")] {
            assert_ne!(identity, changed(from, to), "{from}");
        }
        assert_eq!(identity, changed("2600.1", "800.0"));
        assert_eq!(identity, changed("2599.7", "800.0"));
        assert_eq!(of_processor(""), "");
    }

    #[test]
    fn every_cache_counts() {
        let folder = tempfile::tempdir().unwrap();
        let write = |cache: &str, name: &str, value: &str| {
            let cache = folder.path().join(cache);
            fs::create_dir_all(&cache).unwrap();
            fs::write(cache.join(name), value).unwrap();
        };
        for (cache, level) in [("index0", "1\n"), ("index2", "2\n")] {
            write(cache, "level", level);
            write(cache, "type", "Unified\n");
            write(cache, "size", "2048K\n");
            write(cache, "ways_of_associativity", "16\n");
            write(cache, "shared_cpu_list", "0-1\n");
        }
        let identity = of_caches(folder.path());
        assert_eq!(identity, "1 Unified 2048K 16  0-1\n2 Unified 2048K 16  0-1");
        for (name, other, value) in [
            ("size", "1024K\n", "2048K\n"),
            ("shared_cpu_list", "0\n", "0-1\n"),
            ("ways_of_associativity", "8\n", "16\n"),
            ("type", "Data\n", "Unified\n"),
            ("level", "3\n", "2\n"),
        ] {
            write("index2", name, other);
            assert_ne!(identity, of_caches(folder.path()), "{name}");
            write("index2", name, value);
            assert_eq!(identity, of_caches(folder.path()));
        }
        assert_eq!(of_caches(&folder.path().join("absent")), "");
    }
}
