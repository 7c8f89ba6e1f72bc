//! Sweeps that cannot be meant.

use crate::folder::Folder;
use crate::samples::pate;

#[test]
fn what_is_wrong_is_named_before_anything_is_run() {
    for (text, words) in [
        ("grd = 1", &["sweep.toml", "grd", "grid"][..]),
        ("base = \"nowhere.toml\"", &["nowhere.toml"]),
        (
            "base = \"pate.toml\"\n[grid]\nseed = 3",
            &["[grid] seed", "list"],
        ),
        (
            "base = \"pate.toml\"\n[grid]\nteachers.cuont = [1]",
            &["point pate,teachers.cuont=1", "cuont", "count"],
        ),
        ("[grid]\nseed = [1]", &["base is missing"]),
        (
            "base = \"pate.toml\"\n[grid]\nseed = [1, 1]",
            &["two points"],
        ),
        ("base = \"pate.toml", &["sweep.toml"]),
    ] {
        let folder = Folder::new();
        folder.write("pate.toml", pate());
        folder.write("sweep.toml", text);
        folder
            .privet(&["sweep", "sweep.toml", "--out", "out"])
            .failed(2, words);
        assert!(!folder.exists("out"), "{text}");
    }
    let folder = Folder::new();
    folder
        .privet(&["sweep", "sweep.toml"])
        .failed(2, &["cannot read the sweep sweep.toml"]);
}
