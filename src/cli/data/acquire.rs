//! `privet data fetch` and `privet data import`: published files into the data directory.

use std::{
    fs::{self, File},
    io::{Read, Write},
    path::{Path, PathBuf},
};

use anyhow::{Context, Result, anyhow};
use indicatif::{ProgressBar, ProgressStyle};
use privet_training::data::{ImageFile, ImageSet, entry, image_set, missing_advice};

use crate::{
    errors::usage,
    fetch::{Fetcher, install, mirrors, sibling},
};

/// Downloads the files of a data set that are not yet in the data directory.
pub(super) fn fetch(name: &str, directory: &Path, out: &mut dyn Write) -> Result<()> {
    let set = downloadable(name)?;
    let bases: Vec<String> = mirrors(name).iter().map(|&base| base.to_owned()).collect();
    fetch_from(set, &bases, &Fetcher::default(), directory, out)
}

/// Downloads from these mirrors.
fn fetch_from(
    set: &ImageSet,
    bases: &[String],
    fetcher: &Fetcher,
    directory: &Path,
    out: &mut dyn Write,
) -> Result<()> {
    let folder = folder_for(set, directory)?;
    for file in set.files() {
        let there = set.locate(&file, directory);
        if there.is_some_and(|path| set.verify(&file, &path).is_ok()) {
            writeln!(out, "{}: already there", file.name)?;
            continue;
        }
        let bar = ProgressBar::no_length();
        if let Ok(style) = ProgressStyle::with_template(
            "{prefix} {wide_bar} {bytes}/{total_bytes} {bytes_per_sec}",
        ) {
            bar.set_style(style);
        }
        bar.set_prefix(file.name);
        let urls: Vec<String> = bases
            .iter()
            .map(|base| format!("{base}{}.gz", file.name))
            .collect();
        let destination = folder.join(format!("{}.gz", file.name));
        let verify = |path: &Path| set.verify(&file, path).map_err(|error| error.to_string());
        let fetched = fetcher.fetch(&urls, &destination, &verify, &mut |received, total| {
            if let Some(total) = total {
                bar.set_length(total);
            }
            bar.set_position(received);
        });
        bar.finish_and_clear();
        fetched.map_err(|error| {
            anyhow!(
                "{}: {error}\n\nA later `privet data fetch` goes on where this one stopped. {}",
                file.name,
                missing_advice(set.entry.name)
            )
        })?;
        writeln!(out, "{}: fetched and verified", file.name)?;
    }
    writeln!(out, "{} is in {}", set.entry.name, folder.display())?;
    Ok(())
}

/// Copies the files of a data set from `source` after comparing all four with the published ones.
pub(super) fn import(
    name: &str,
    source: &Path,
    directory: &Path,
    out: &mut dyn Write,
) -> Result<()> {
    import_set(downloadable(name)?, source, directory, out)
}

/// Copies a set's files: first all beside their destinations, verified there; then each gets its
/// name.
fn import_set(set: &ImageSet, source: &Path, directory: &Path, out: &mut dyn Write) -> Result<()> {
    if !source.is_dir() {
        return Err(usage(format!(
            "{} is not a folder; give the folder that holds the files",
            source.display()
        )));
    }
    let mut found = Vec::new();
    for file in set.files() {
        let Some(path) = set.locate(&file, source) else {
            let names = set.files().map(|file| file.name).join(", ");
            let place = source.display();
            return Err(usage(format!(
                "{} is not in {place}; expected {names}, each with or without .gz",
                file.name
            )));
        };
        set.verify(&file, &path)
            .map_err(|error| usage(error.to_string()))?;
        found.push((file, path));
    }
    let folder = folder_for(set, directory)?;
    let staged: Vec<Staged> = found
        .iter()
        .map(|(file, path)| Staged::copy(set, file, path, &folder))
        .collect::<Result<_>>()?;
    for staged in staged {
        staged.install()?;
    }
    writeln!(
        out,
        "{} is in {}: 4 files, each as published",
        set.entry.name,
        folder.display()
    )?;
    Ok(())
}

/// A verified copy without its name yet; dropped without one, it is removed.
struct Staged {
    copy: PathBuf,
    destination: PathBuf,
    /// The same file packed the other way, which would be in the way.
    other: PathBuf,
}

impl Staged {
    /// Copies `path` into `folder` under a temporary name and verifies the copy.
    fn copy(set: &ImageSet, file: &ImageFile, path: &Path, folder: &Path) -> Result<Self> {
        let mut magic = [0; 2];
        let packed = File::open(path)
            .and_then(|mut file| file.read_exact(&mut magic))
            .is_ok()
            && magic == [0x1f, 0x8b];
        let (plain, gzip) = (
            folder.join(file.name),
            folder.join(format!("{}.gz", file.name)),
        );
        let (destination, other) = if packed { (gzip, plain) } else { (plain, gzip) };
        let copy = sibling(&destination, &format!(".{}.import", std::process::id()));
        let staged = Self {
            copy,
            destination,
            other,
        };
        fs::copy(path, &staged.copy).with_context(|| {
            format!(
                "cannot copy {} to {}",
                path.display(),
                staged.copy.display()
            )
        })?;
        // The source may be read-only, and so its copy.
        make_writable(&staged.copy)?;
        set.verify(file, &staged.copy)
            .map_err(|error| anyhow!("the copy went wrong: {error}"))?;
        Ok(staged)
    }

    /// Gives the copy its name.
    fn install(self) -> Result<()> {
        install(&self.copy, &self.destination)
            .with_context(|| format!("cannot write {}", self.destination.display()))?;
        if self.other.exists() {
            fs::remove_file(&self.other)
                .with_context(|| format!("cannot replace {}", self.other.display()))?;
        }
        Ok(())
    }
}

impl Drop for Staged {
    fn drop(&mut self) {
        // After `install` there is nothing left under this name.
        let _: std::io::Result<()> = fs::remove_file(&self.copy);
    }
}

/// Lets the owner write to a file.
fn make_writable(path: &Path) -> Result<()> {
    let mut permissions = fs::metadata(path)?.permissions();
    if permissions.readonly() {
        #[cfg(unix)]
        std::os::unix::fs::PermissionsExt::set_mode(&mut permissions, 0o644);
        #[cfg(not(unix))]
        permissions.set_readonly(false);
        fs::set_permissions(path, permissions)?;
    }
    Ok(())
}

/// The files of a data set that is not embedded.
fn downloadable(name: &str) -> Result<&'static ImageSet> {
    let entry = entry(name).map_err(|error| usage(error.to_string()))?;
    image_set(name).ok_or_else(|| {
        usage(format!(
            "{} is part of this program: there is nothing to fetch or import",
            entry.name
        ))
    })
}

/// The folder of a data set in the data directory, made where it is not there.
fn folder_for(set: &ImageSet, directory: &Path) -> Result<PathBuf> {
    let folder = directory.join(set.entry.name);
    fs::create_dir_all(&folder).map_err(|error| {
        usage(format!(
            "{}: cannot be made ({error}); give another --data-dir",
            folder.display()
        ))
    })?;
    Ok(folder)
}

#[cfg(test)]
mod tests;
