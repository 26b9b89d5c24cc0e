//! Configuration: the environment, `.env` and `Cargo.toml`, read once.
//!
//! Flags beat the environment, the environment beats `--env-file`, that beats
//! `.env`, that beats `[workspace.metadata.xtask]`. Each value remembers
//! where it came from.
//!
//! Must never: let an ambient `PG*` variable say where `local` or `compose`
//! are. This is the only room that reads the environment.

mod dotenv;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use serde::Deserialize;

use crate::backup::retention::Policy;
use crate::outcome::Fault;

/// `[workspace.metadata.xtask]`.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Metadata {
    pub project: String,
    pub init: PathBuf,
    /// The SQLAlchemy models: `MODULE[:ATTR]`, seen from the root.
    pub models: Option<String>,
    pub postgresql_conf: PathBuf,
    pub database: String,
    pub user: String,
    pub ready: String,
    /// Answers how much work waits; see `pg_live::queue`.
    pub queue: Option<String>,
    pub service: String,
    pub volume: String,
    pub image: String,
    /// `namespace.table`: rows that the services write again by themselves.
    #[serde(default)]
    pub remade: Vec<String>,
    /// What the comparison of schemas leaves alone; see `pg_diff::filter`.
    #[serde(default)]
    pub ignore: Vec<String>,
    /// Hazards that need no `--allow`.
    #[serde(default)]
    pub allow: Vec<String>,
    /// How long dropped columns and tables are kept: `14d`.
    pub keep_dropped: Option<String>,
    /// How long databases that were replaced are kept: `7d`, or `no` end.
    pub keep_replaced: Option<String>,
    #[serde(default)]
    pub lint: Lint,
    #[serde(default)]
    pub assertions: Vec<Assertion>,
    /// Which backups stay.
    #[serde(default)]
    pub retention: Policy,
    #[serde(default)]
    pub backup: Backups,
    /// Job and time; see `schedule::job`.
    #[serde(default)]
    pub schedule: BTreeMap<String, String>,
    #[serde(default)]
    pub targets: BTreeMap<String, NamedTarget>,
}

/// `[workspace.metadata.xtask.backup]`.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Backups {
    /// Public keys of age: who can read the backups.
    pub recipients: Option<Vec<String>>,
    /// A file with one of them a line, seen from the root.
    pub recipients_file: Option<PathBuf>,
    pub copy: Option<CopyPlace>,
}

/// `[workspace.metadata.xtask.backup.copy]`: an S3-compatible store. Its keys
/// are in the environment or `.env`, by the names that AWS gave them.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct CopyPlace {
    pub bucket: Option<String>,
    /// None: AWS's own.
    pub endpoint: Option<String>,
    pub region: Option<String>,
    /// What all names there begin with: one for each machine.
    pub prefix: Option<String>,
}

/// `[workspace.metadata.xtask.lint]`.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Lint {
    /// Rules that are not asked of this project, each with the reason.
    #[serde(default)]
    pub off: BTreeMap<String, String>,
}

/// `[[workspace.metadata.xtask.assertions]]`: what must hold beyond the schema.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Assertion {
    pub name: String,
    /// Answers one text for each thing that is wrong.
    pub sql: String,
    /// The one command that helps.
    pub fix: String,
    /// Left out by `doctor --quick`.
    #[serde(default)]
    pub slow: bool,
}

/// `[workspace.metadata.xtask.targets.NAME]`.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct NamedTarget {
    /// The variable that holds the URL.
    pub url_env: String,
    #[serde(default)]
    pub protected: bool,
    #[serde(default)]
    pub shadow: ShadowPlace,
    /// Hazards that need no `--allow` there, beside those of all targets.
    #[serde(default)]
    pub allow: Vec<String>,
}

/// Which server scratch databases are made on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ShadowPlace {
    #[default]
    Target,
    Local,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Setting {
    pub value: String,
    pub origin: String,
}

#[derive(Clone, Debug)]
pub struct Config {
    pub root: PathBuf,
    pub metadata: Metadata,
    environment: BTreeMap<String, String>,
    /// Later layers lose.
    files: Vec<(String, BTreeMap<String, String>)>,
}

/// Names whose value is never shown.
const SECRETS: [&str; 5] = ["PASSWORD", "URL", "SECRET", "ACCESS_KEY", "TOKEN"];

impl Config {
    pub fn load(
        root: &Path,
        environment: BTreeMap<String, String>,
        env_files: &[PathBuf],
    ) -> Result<Config> {
        let metadata = read_metadata(root)?;
        let mut files = Vec::new();
        for path in env_files.iter().rev() {
            let text = std::fs::read_to_string(path)
                .with_context(|| format!("reading `{}`", path.display()))?;
            files.push(read_layer(&path.display().to_string(), &text, &environment)?);
        }
        match std::fs::read_to_string(root.join(".env")) {
            Ok(text) => files.push(read_layer(".env", &text, &environment)?),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
            Err(error) => return Err(error).context("reading `.env`"),
        }
        Ok(Config { root: root.to_owned(), metadata, environment, files })
    }

    /// The same settings, and behind them those of a text.
    pub fn with_file(&self, origin: &str, text: &str) -> Result<Config> {
        let mut config = self.clone();
        config.files.push(read_layer(origin, text, &self.environment)?);
        Ok(config)
    }

    pub fn get(&self, name: &str) -> Option<Setting> {
        if let Some(value) = self.environment.get(name) {
            return Some(Setting { value: value.clone(), origin: "environment".to_owned() });
        }
        let layer =
            self.files.iter().find_map(|(origin, values)| Some((origin, values.get(name)?)));
        layer.map(|(origin, value)| Setting { value: value.clone(), origin: origin.clone() })
    }

    /// A set and non-empty value.
    pub fn value(&self, name: &str) -> Option<String> {
        self.get(name).map(|setting| setting.value).filter(|value| !value.is_empty())
    }

    pub fn database(&self) -> String {
        self.value("POSTGRES_DB").unwrap_or_else(|| self.metadata.database.clone())
    }

    pub fn user(&self) -> String {
        self.value("POSTGRES_USER").unwrap_or_else(|| self.metadata.user.clone())
    }

    /// From the process environment only: things of the machine, not of the
    /// project.
    pub fn ambient(&self, name: &str) -> Option<&str> {
        self.environment.get(name).map(String::as_str).filter(|value| !value.is_empty())
    }

    pub fn is_ci(&self) -> bool {
        matches!(self.ambient("CI"), Some("true" | "1"))
    }

    /// Every setting that has a say, with its origin; secrets masked.
    pub fn explain(&self) -> Vec<(String, Setting)> {
        let fallback =
            |value: &str| Setting { value: value.to_owned(), origin: "Cargo.toml".to_owned() };
        let known = [
            ("POSTGRES_DB", Some(fallback(&self.metadata.database))),
            ("POSTGRES_USER", Some(fallback(&self.metadata.user))),
            ("POSTGRES_PASSWORD", None),
            ("POSTGRES_PORT", None),
            ("POSTGRES_IMAGE", None),
            ("API_PORT", None),
            ("COMPOSE_PROJECT_NAME", None),
            ("COMPOSE_FILE", None),
            ("DATABASE_URL", None),
            ("XTASK_TARGET", None),
            ("XTASK_SERVICES", Some(fallback("all"))),
            ("XTASK_LOCAL_DIR", None),
            ("XTASK_VENV", None),
            ("XTASK_BACKUP_DIR", Some(fallback("backups"))),
            ("XTASK_PGBACKREST_DIR", None),
            ("XTASK_BACKUP_RECIPIENTS", None),
            ("XTASK_BACKUP_RECIPIENTS_FILE", None),
            ("XTASK_BACKUP_IDENTITY", None),
            ("XTASK_BACKUP_BUCKET", None),
            ("XTASK_BACKUP_PREFIX", None),
            ("AWS_ENDPOINT_URL", None),
            ("AWS_REGION", None),
            ("AWS_ACCESS_KEY_ID", None),
            ("AWS_SECRET_ACCESS_KEY", None),
            ("AWS_SESSION_TOKEN", None),
            ("XTASK_SUCCESS_URL", None),
            ("XTASK_FAILURE_URL", None),
            ("XTASK_FAILURE_COMMAND", None),
            ("XTASK_POSTGRES_BIN", None),
        ];
        let named = self.metadata.targets.values().map(|target| (target.url_env.as_str(), None));
        let mut settings = Vec::new();
        for (name, default) in known.into_iter().chain(named) {
            if let Some(mut setting) = self.get(name).or(default) {
                let is_url = self.metadata.targets.values().any(|target| target.url_env == name);
                if is_url || SECRETS.iter().any(|secret| name.contains(secret)) {
                    setting.value = "***".to_owned();
                }
                settings.push((name.to_owned(), setting));
            }
        }
        settings
    }

    /// `.xtask/`: what this checkout remembers.
    pub fn state_dir(&self) -> PathBuf {
        self.root.join(".xtask")
    }
}

/// The process environment, read once.
#[expect(clippy::disallowed_methods, reason = "the one door to the environment")]
pub fn environment() -> BTreeMap<String, String> {
    std::env::vars_os()
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
        .collect()
}

/// The nearest folder upwards whose `Cargo.toml` has our table; else the
/// workspace cargo ran us from.
pub fn find_root(start: &Path, manifest_dir: Option<&str>) -> Result<PathBuf> {
    let is_root = |dir: &&Path| {
        std::fs::read_to_string(dir.join("Cargo.toml"))
            .is_ok_and(|text| text.contains("[workspace.metadata.xtask]"))
    };
    let upwards = start.ancestors().find(is_root);
    let manifest = manifest_dir.map(Path::new).and_then(Path::parent).filter(is_root);
    match upwards.or(manifest) {
        Some(root) => Ok(root.to_owned()),
        None => Err(Fault::unavailable(format!(
            "no `Cargo.toml` with `[workspace.metadata.xtask]` in `{}` or above",
            start.display()
        ))
        .hint("run it inside the project, or from anywhere: `cargo run --manifest-path PROJECT/Cargo.toml --package xtask -- COMMAND`")
        .into()),
    }
}

fn read_metadata(root: &Path) -> Result<Metadata> {
    #[derive(Deserialize)]
    struct Manifest {
        workspace: Workspace,
    }
    #[derive(Deserialize)]
    struct Workspace {
        metadata: Table,
    }
    #[derive(Deserialize)]
    struct Table {
        xtask: Metadata,
    }
    let path = root.join("Cargo.toml");
    let text =
        std::fs::read_to_string(&path).with_context(|| format!("reading `{}`", path.display()))?;
    let manifest: Manifest = toml::from_str(&text)
        .with_context(|| format!("reading `[workspace.metadata.xtask]` of `{}`", path.display()))?;
    Ok(manifest.workspace.metadata.xtask)
}

fn read_layer(
    origin: &str,
    text: &str,
    environment: &BTreeMap<String, String>,
) -> Result<(String, BTreeMap<String, String>)> {
    match dotenv::parse(text, environment) {
        Ok(values) => Ok((origin.to_owned(), values)),
        Err(bad) => {
            Err(Fault::failed(format!("reading `{origin}:{}`: {}", bad.line, bad.why)).into())
        }
    }
}
