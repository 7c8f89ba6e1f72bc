//! Writes the config reference of the book: `cargo run -p privet-reference`.

use std::fs;
use std::path::Path;
use std::process::ExitCode;

fn main() -> ExitCode {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let path = root.join(privet_reference::PAGE);
    let written = privet_reference::page(&root)
        .map_err(|error| error.to_string())
        .and_then(|page| {
            fs::write(&path, page).map_err(|error| format!("{}: {error}", path.display()))
        });
    match written {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}
