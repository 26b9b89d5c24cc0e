//! systemd: a service and a timer for each job.
//!
//! Must never: touch a unit that is not ours, or leave half of a pair.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use sha2::{Digest, Sha256};

use super::job::Job;
use super::place::Place;
use crate::context::Ctx;
use crate::init_file::hex;
use crate::outcome::Fault;
use crate::proc::Run;

/// Whose units: the machine's for root, else the user's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Manager {
    pub dir: PathBuf,
    is_users: bool,
}

impl Manager {
    pub fn own(ctx: &Ctx) -> Result<Manager> {
        if nix::unistd::Uid::effective().is_root() {
            return Ok(Manager { dir: PathBuf::from("/etc/systemd/system"), is_users: false });
        }
        let home = ctx.config.ambient("HOME").context("`HOME` is not set")?;
        Ok(Manager { dir: Path::new(home).join(".config/systemd/user"), is_users: true })
    }

    /// systemd runs this machine, and answers.
    pub fn is_there(ctx: &Ctx) -> bool {
        Path::new("/run/systemd/system").is_dir() && ctx.proc.has("systemctl")
    }

    fn ctl(&self) -> Run {
        let run = Run::new("systemctl");
        if self.is_users { run.arg("--user") } else { run }
    }

    /// Reads the files again and starts the timers.
    pub fn enable(&self, ctx: &Ctx, place: &Place, jobs: &[Job]) -> Result<()> {
        ctx.proc.read(&self.ctl().arg("daemon-reload"))?;
        let timers: Vec<String> =
            jobs.iter().map(|it| format!("{}.timer", unit(place, it.name))).collect();
        if !timers.is_empty() {
            ctx.proc.read(&self.ctl().args(["enable", "--now"]).args(timers))?;
        }
        Ok(())
    }

    pub fn disable(&self, ctx: &Ctx, timers: &[String]) -> Result<()> {
        if !timers.is_empty() {
            ctx.proc.read(&self.ctl().args(["disable", "--now"]).args(timers))?;
        }
        Ok(())
    }

    pub fn is_users(&self) -> bool {
        self.is_users
    }
}

/// `xtask-1f2e3d4c-backup`: two checkouts have two.
pub fn unit(place: &Place, job: &str) -> String {
    format!("{}{job}", prefix(place))
}

fn prefix(place: &Place) -> String {
    let hash = Sha256::digest(place.root.display().to_string());
    format!("xtask-{}-", hex(&hash[..4]))
}

/// systemd starts no program with a quote in its path, however that is
/// written. Source: `config_parse_exec` of load-fragment.c; seen with
/// `systemd-analyze verify`.
pub fn require_path(place: &Place) -> Result<(), Fault> {
    let program = place.program.display().to_string();
    if program.contains(['\'', '"']) {
        let why = format!("systemd starts nothing from `{program}`: there is a quote in it");
        return Err(Fault::refused(why)
            .hint("move the project to a plain path, or `cargo xtask schedule install --cron`"));
    }
    Ok(())
}

/// Name and text of each file.
pub fn files(place: &Place, jobs: &[Job]) -> Vec<(String, String)> {
    jobs.iter()
        .flat_map(|job| {
            let name = unit(place, job.name);
            [
                (format!("{name}.service"), service(place, job)),
                (format!("{name}.timer"), timer(job)),
            ]
        })
        .collect()
}

fn service(place: &Place, job: &Job) -> String {
    // Only a command line has variables.
    let words = place.words(job).into_iter();
    let words: Vec<String> = words.map(|it| quoted(&it.replace('$', "$$"))).collect();
    format!(
        "\
# Made by `cargo xtask schedule install`, which also takes it away.
[Unit]
Description={}: {}

[Service]
Type=oneshot
WorkingDirectory={}
Environment={}
ExecStart={}
# 2 is attention: findings or warnings, and the work is done.
SuccessExitStatus=2
Nice=10
IOSchedulingClass=idle
UMask=0077
",
        job.name,
        job.purpose,
        path(&place.root),
        quoted(&format!("PATH={}", place.path)),
        words.join(" ")
    )
}

fn timer(job: &Job) -> String {
    format!(
        "\
# Made by `cargo xtask schedule install`, which also takes it away.
[Unit]
Description={}, {}

[Timer]
OnCalendar={}
# One that was missed while the machine was off is made up for.
Persistent=true
AccuracySec=1min

[Install]
WantedBy=timers.target
",
        job.name,
        job.when,
        job.when.calendar()
    )
}

/// A word of a command line or assignment. Source: systemd.syntax(7),
/// "Quoting", and the specifiers of systemd.unit(5).
fn quoted(word: &str) -> String {
    let word = word.replace('\\', "\\\\").replace('"', "\\\"").replace('%', "%%");
    format!("\"{word}\"")
}

/// A path is taken as it is, but for specifiers.
fn path(path: &Path) -> String {
    path.display().to_string().replace('%', "%%")
}

/// Our files in the folder, sorted.
pub fn ours(dir: &Path, place: &Place) -> Result<Vec<String>> {
    let prefix = prefix(place);
    let mut found = Vec::new();
    match std::fs::read_dir(dir) {
        Ok(entries) => {
            for entry in entries {
                let name = entry?.file_name().to_string_lossy().into_owned();
                let is_unit = name.ends_with(".service") || name.ends_with(".timer");
                if name.starts_with(&prefix) && is_unit {
                    found.push(name);
                }
            }
        }
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
        Err(error) => {
            return Err(error).with_context(|| format!("reading `{}`", dir.display()));
        }
    }
    found.sort_unstable();
    Ok(found)
}

/// Writes the files and removes ours that are no more.
pub fn write(dir: &Path, place: &Place, jobs: &[Job]) -> Result<()> {
    std::fs::create_dir_all(dir).map_err(|error| {
        Fault::unavailable(format!("making `{}`: {error}", dir.display()))
            .hint("cargo xtask schedule install --cron")
    })?;
    let files = files(place, jobs);
    for (name, text) in &files {
        let (partial, whole) = (dir.join(format!("{name}.partial")), dir.join(name));
        std::fs::write(&partial, text)
            .and_then(|()| std::fs::rename(&partial, &whole))
            .with_context(|| format!("writing `{}`", whole.display()))?;
    }
    let is_wanted = |name: &String| files.iter().any(|(wanted, _)| wanted == name);
    remove(dir, ours(dir, place)?.iter().filter(|it| !is_wanted(it)))
}

pub fn remove<'a>(dir: &Path, names: impl IntoIterator<Item = &'a String>) -> Result<()> {
    for name in names {
        let path = dir.join(name);
        std::fs::remove_file(&path).with_context(|| format!("removing `{}`", path.display()))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    //! Paths that people have.

    use super::*;
    use crate::schedule::job;

    fn place(root: &str) -> Place {
        let root = PathBuf::from(root);
        let program = root.join(".xtask/bin/xtask");
        Place { root, program, target: "local".to_owned(), path: "/bin:/a $b".to_owned() }
    }

    #[test]
    fn a_path_is_written_so_that_systemd_reads_it_back() {
        let schedule = [("doctor".to_owned(), "daily 08:00".to_owned())].into();
        let jobs = job::configured(&schedule).expect("is one");
        let text = service(&place("/srv/a %d $HOME"), &jobs[0]);
        assert!(text.contains("\nWorkingDirectory=/srv/a %%d $HOME\n"), "{text}");
        assert!(text.contains("ExecStart=\"/srv/a %%d $$HOME/.xtask/bin/xtask\" \"--target\""));
        assert!(text.contains("Environment=\"PATH=/bin:/a $b\"\n"), "{text}");
    }

    #[test]
    fn a_quote_in_it_is_refused() {
        assert!(require_path(&place("/srv/o'neil/x")).is_err());
        assert!(require_path(&place("/srv/a b/x")).is_ok());
    }
}
