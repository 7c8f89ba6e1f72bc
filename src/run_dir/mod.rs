//! The run directory: what the operator sees at its top, what may be published under `released/`,
//! what must not leave under `private/`.

pub(crate) mod atomic;

mod lock;
mod machine;
mod replay;
mod sealed;

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use privet_accountant::NeighboringRelation;
use privet_ledger::Unit;
use privet_mechanisms::NoiseKey;
use serde::Serialize;

use crate::errors::usage;
use crate::ledger::{RunAccount, RunLedger};
use atomic::Access;
use lock::Lock;

pub(crate) use replay::{Replay, Reserved};
pub(crate) use sealed::SealedFile;

/// The config of a run.
const CONFIG: &str = "config.resolved.toml";

/// A run directory that this process owns.
#[derive(Debug)]
pub(crate) struct RunDir {
    root: PathBuf,
    machine: Vec<u8>,
    account: Option<RunAccount>,
    given_key: Option<[u8; 32]>,
    /// The file that says what the directory is for.
    plan: &'static str,
    _lock: Lock,
}

impl RunDir {
    /// Makes a new run directory, or takes up an interrupted one.
    ///
    /// A new directory must not exist yet; a resumed one must hold the same resolved config.
    pub(crate) fn open(root: &Path, resume: bool, config: &str) -> Result<Self> {
        Self::open_for(CONFIG, root, resume, config)
    }

    /// The same of a run whose config is known at its end alone: what it is begun with is kept in the file
    /// `plan` until then, and stays.
    pub(crate) fn open_for(
        plan: &'static str,
        root: &Path,
        resume: bool,
        config: &str,
    ) -> Result<Self> {
        match (root.exists(), resume) {
            (true, false) => {
                return Err(usage(format!(
                    "{} exists already: choose another with --out DIR, continue it with --resume, \
                     or remove it",
                    root.display()
                )));
            }
            (false, true) => {
                return Err(usage(format!(
                    "there is no run to resume at {}: leave --resume out to start one",
                    root.display()
                )));
            }
            _ => {}
        }
        let create = |path: &Path| {
            fs::create_dir_all(path).map_err(|error| {
                usage(format!(
                    "cannot make the run directory {}: {error}; choose a writable place with \
                     --out DIR",
                    path.display()
                ))
            })
        };
        let is_missing = |path: &&Path| !path.exists();
        let missing: Vec<&Path> = root.ancestors().take_while(is_missing).collect();
        create(root)?;
        create(&root.join("released"))?;
        create(&root.join("private"))?;
        restrict(&root.join("private"))?;
        let dir = Self {
            _lock: Lock::take(&root.join("private").join("lock"))?,
            root: root.to_path_buf(),
            machine: machine::identity()?,
            account: None,
            given_key: None,
            plan,
        };
        dir.check_config(resume, config)?;
        // The names of the directory and of all that were made to hold it must be as durable as what
        // is written in it. An interrupted run's is there, perhaps not durably.
        let names = missing.into_iter().chain([root]).map(atomic::directory_of);
        for path in names.chain([root]) {
            atomic::sync_directory(path)
                .with_context(|| format!("cannot write {}", path.display()))?;
        }
        Ok(dir)
    }

    fn check_config(&self, resume: bool, config: &str) -> Result<()> {
        let path = self.root.join(self.plan);
        let stored = match fs::read_to_string(&path) {
            Ok(stored) => Some(stored),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => None,
            Err(error) => {
                return Err(error).with_context(|| format!("cannot read {}", path.display()));
            }
        };
        match stored {
            Some(stored) if resume && stored == config => Ok(()),
            Some(_) => Err(usage(format!(
                "{} was made by another config: a run is resumed with the config, --set and \
                 --seed that it was started with",
                self.root.display()
            ))),
            // The run was cut off before anything happened.
            None if !self.has_history() => atomic::write(&path, config.as_bytes(), Access::Shared),
            None => bail!(
                "{} is gone, but the run had begun: start a new run, and count this one as spent",
                path.display()
            ),
        }
    }

    /// Whether something may have been reserved or released here.
    fn has_history(&self) -> bool {
        // The metrics are begun after the reservation.
        let files = [
            "ledger.json",
            "metrics.jsonl",
            "result.json",
            "private/noise.key",
            "private/checkpoint",
        ];
        files.iter().any(|file| self.root.join(file).exists())
            || fs::read_dir(self.root.join("released"))
                .is_ok_and(|mut released| released.next().is_some())
    }

    /// The config of the run; of one whose config is known at its end alone, not before that.
    pub(crate) fn config(&self) -> Result<String> {
        self.text(CONFIG)
    }

    /// What the run was begun with.
    pub(crate) fn plan(&self) -> Result<String> {
        self.text(self.plan)
    }

    fn text(&self, name: &str) -> Result<String> {
        let path = self.root.join(name);
        fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))
    }

    /// The directory.
    pub(crate) fn root(&self) -> &Path {
        &self.root
    }

    /// Whether it is charged in the ledger of all runs.
    pub(crate) fn is_charged(&self) -> bool {
        self.account.is_some()
    }

    /// A path under `released/`.
    pub(crate) fn released(&self, name: &str) -> PathBuf {
        self.root.join("released").join(name)
    }

    /// A path under `private/`.
    pub(crate) fn private(&self, name: &str) -> PathBuf {
        self.root.join("private").join(name)
    }

    /// The result of a finished run, if it is finished.
    pub(crate) fn finished(&self) -> Result<Option<Vec<u8>>> {
        let path = self.root.join("result.json");
        match fs::read(&path) {
            Ok(result) => Ok(Some(result)),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error).with_context(|| format!("cannot read {}", path.display())),
        }
    }

    /// What computes this run.
    pub(crate) fn machine(&self) -> &[u8] {
        &self.machine
    }

    /// The run's ledger, on the disk from its first moment.
    ///
    /// A ledger that is missing beside a key or a release was lost, and what it held is spent.
    pub(crate) fn ledger(&self, relation: NeighboringRelation, unit: Unit) -> Result<RunLedger> {
        let path = self.root.join("ledger.json");
        if !path.exists() && self.has_history() {
            bail!(
                "{} is gone, so what this run has spent is not known: start a new run, and count \
                 this one as spent",
                path.display()
            );
        }
        let ledger = RunLedger::open(&path, relation, unit)?;
        Ok(ledger.charged_to(self.account.clone()))
    }

    /// From now on noise comes from this key: the run is a part of another one's reservation.
    pub(crate) fn give_key(&mut self, key: &NoiseKey) {
        self.given_key = Some(*key.expose_bytes());
    }

    fn given_key(&self) -> Option<NoiseKey> {
        let bytes = self.given_key.as_ref()?;
        NoiseKey::from_bytes(bytes).ok()
    }

    /// From now on, what is reserved here is paid for in the ledger of all runs.
    pub(crate) fn charge_to(&mut self, account: RunAccount) {
        self.account = Some(account);
    }

    /// Writes one of the operator's files at the top.
    pub(crate) fn write(&self, name: &str, bytes: &[u8]) -> Result<()> {
        atomic::write(&self.root.join(name), bytes, Access::Shared)
    }

    /// Writes the config, of a run that was not begun with it.
    pub(crate) fn write_config(&self, config: &str) -> Result<()> {
        self.write(CONFIG, config.as_bytes())
    }

    /// Writes a file that may be published.
    pub(crate) fn write_released(&self, name: &str, bytes: &[u8]) -> Result<()> {
        atomic::write(&self.released(name), bytes, Access::Shared)
    }

    /// Writes a file that must not leave.
    pub(crate) fn write_private(&self, name: &str, bytes: &[u8]) -> Result<()> {
        atomic::write(&self.private(name), bytes, Access::Owner)
    }

    /// Gives a file under `private/` another name, in place of what had it.
    fn rename_private(&self, from: &str, to: &str) -> Result<()> {
        let (from, to) = (self.private(from), self.private(to));
        fs::rename(&from, &to)
            .and_then(|()| atomic::sync_directory(atomic::directory_of(&to)))
            .with_context(|| format!("cannot write {}", to.display()))
    }

    /// Removes a file under `private/`, if it is there.
    fn remove_private(&self, name: &str) -> Result<()> {
        let path = self.private(name);
        if path.exists() {
            fs::remove_file(&path)
                .and_then(|()| atomic::sync_directory(atomic::directory_of(&path)))
                .with_context(|| format!("cannot remove {}", path.display()))?;
        }
        Ok(())
    }
}

/// Indented JSON with a final newline.
pub(crate) fn json(value: &impl Serialize) -> Result<Vec<u8>> {
    let mut bytes = serde_json::to_vec_pretty(value).context("writing JSON")?;
    bytes.push(b'\n');
    Ok(bytes)
}

/// The first free one of `runs/NAME`, `runs/NAME-2`, ...; the last used one for a resumed run.
pub(crate) fn default_root(name: &str, resume: bool) -> Result<PathBuf> {
    let numbered = |number: usize| match number {
        1 => PathBuf::from("runs").join(name),
        number => PathBuf::from("runs").join(format!("{name}-{number}")),
    };
    for number in 1..100_000 {
        if !numbered(number).exists() {
            return Ok(match resume {
                true => numbered(number.max(2) - 1),
                false => numbered(number),
            });
        }
    }
    bail!("there are too many runs of {name} under runs/: choose a directory with --out DIR")
}

/// Makes a folder readable by its owner alone.
pub(crate) fn restrict(path: &Path) -> Result<()> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        fs::set_permissions(path, fs::Permissions::from_mode(0o700))
            .with_context(|| format!("cannot make {} private", path.display()))?;
    }
    #[cfg(not(unix))]
    let _ = path;
    Ok(())
}
