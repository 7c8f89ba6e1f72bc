//! The committed page, and what configs say, against the sources.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use privet_reference::{PAGE, Schema, page, schema, unknown_keys};
use toml::Table;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// All files with this ending below a folder.
fn files(folder: &Path, ending: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap().flatten() {
        let path = entry.path();
        if path.is_dir() {
            found.extend(files(&path, ending));
        } else if path.extension().is_some_and(|other| other == ending) {
            found.push(path);
        }
    }
    found.sort();
    found
}

/// What is wrong with a file: of a sweep, also with the keys that it sets.
fn wrong(text: &str) -> Vec<String> {
    static SCHEMA: LazyLock<Schema> = LazyLock::new(|| schema(&root()).unwrap());
    let file: Table = toml::from_str(text).unwrap();
    // What tells a sweep from an experiment.
    let is_sweep = !file.contains_key("method");
    unknown_keys(&SCHEMA, SCHEMA.roots[usize::from(is_sweep)].1, &file)
}

#[test]
fn the_page_is_what_the_sources_say() {
    let written = fs::read_to_string(root().join(PAGE)).unwrap_or_default();
    let page = page(&root()).unwrap();
    let first = (page.lines().zip(written.lines())).find(|(new, old)| new != old);
    assert!(
        page == written,
        "{PAGE} is not what the config types say; run `cargo run -p privet-reference` and commit it. \
         First difference: {first:?}"
    );
}

#[test]
fn every_key_of_every_config_is_in_the_reference() {
    let mut configs = files(&root().join("configs"), "toml");
    configs.extend(files(&root().join("experiments"), "toml"));
    assert!(configs.len() >= 12, "{configs:?}");
    for config in configs {
        let wrong = wrong(&fs::read_to_string(&config).unwrap());
        assert!(wrong.is_empty(), "{}: {wrong:?}", config.display());
    }
}

/// Whole examples in the pages are right; parts of files, which repeat keys or have no `method`, are
/// not looked at.
#[test]
fn every_whole_config_in_the_pages_is_right() {
    let mut pages = files(&root().join("docs"), "md");
    pages.push(root().join("README.md"));
    let mut whole = 0;
    for page in pages {
        let text = fs::read_to_string(&page).unwrap();
        for block in text.split("```toml\n").skip(1) {
            let block = block.split("```").next().unwrap();
            if block.contains("\nmethod = \"") || block.starts_with("method = \"") {
                if !block.contains("[data]") {
                    continue;
                }
            } else if !block.contains("[grid]") {
                continue;
            }
            let wrong = wrong(block);
            assert!(wrong.is_empty(), "{}: {wrong:?}", page.display());
            whole += 1;
        }
    }
    assert!(whole >= 3, "{whole}");
}

#[test]
fn wrong_configs_are_seen() {
    let good = "method = \"dp-sgd\"\n[data]\nname = \"census\"\n[privacy]\ndelta = 1e-5\n[dp_sgd]\n\
                optimizer = { kind = \"sgd\", learning_rate = 1.0 }\n";
    assert!(wrong(good).is_empty(), "{:?}", wrong(good));
    for (change, into, expected) in [
        ("name =", "names =", "data.names"),
        ("name = \"census\"", "", "data.name (missing)"),
        ("\"sgd\",", "\"adagrad\",", "dp_sgd.optimizer.kind"),
        ("learning_rate", "rate", "dp_sgd.optimizer.rate"),
        ("\"dp-sgd\"", "\"dp_sgd\"", "method"),
        ("1e-5", "\"small\"", "privacy.delta"),
        (
            "[privacy]\n",
            "[privacy]\nepsilons = 1.0\n",
            "privacy.epsilons",
        ),
    ] {
        let found = wrong(&good.replace(change, into));
        assert!(
            found.iter().any(|found| found == expected),
            "{change}: {found:?}"
        );
    }
    let sweep =
        "base = \"a.toml\"\n[grid]\nprivacy.epsilon = [1, 2]\ndp_sgd.clipping.kind = [\"flat\"]\n";
    assert!(wrong(sweep).is_empty(), "{:?}", wrong(sweep));
    let found = wrong(&sweep.replace("epsilon", "epsilons"));
    assert_eq!(found, ["grid.privacy.epsilons"]);
}
