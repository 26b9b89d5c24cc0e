//! The server behind a project, looked at past the tool.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::stage::Project;
use crate::tool::{Tool, wait_at_most};

pub const DATABASE: &str = "osint_platform";
pub const USER: &str = "osint_user";

/// The folder of a complete PostgreSQL installation.
pub fn programs() -> Option<PathBuf> {
    let path = std::env::var("PATH").unwrap_or_default();
    let mut dirs: Vec<PathBuf> = path.split(':').map(PathBuf::from).collect();
    for parent in ["/usr/lib/postgresql", "/opt/homebrew/opt", "/usr/local/opt"] {
        let entries = fs::read_dir(parent).into_iter().flatten().flatten();
        dirs.extend(entries.map(|entry| entry.path().join("bin")));
    }
    dirs.into_iter().find(|dir| {
        ["postgres", "initdb", "pg_ctl", "psql"].iter().all(|it| dir.join(it).is_file())
    })
}

pub fn program(name: &str) -> PathBuf {
    programs().expect("asked before").join(name)
}

/// A process, by number, with where it works.
#[derive(Debug)]
pub struct Process {
    pub pid: i32,
    pub parent: i32,
    pub cwd: PathBuf,
}

/// Every process that works below `dir`.
pub fn processes_below(dir: &Path) -> Vec<Process> {
    let numbers = fs::read_dir("/proc").expect("Linux").flatten();
    let numbers = numbers.filter_map(|entry| entry.file_name().to_str()?.parse::<i32>().ok());
    numbers
        .filter_map(|pid| {
            let cwd = fs::read_link(format!("/proc/{pid}/cwd")).ok()?;
            let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
            let parent = stat.rsplit_once(')')?.1.split_whitespace().nth(1)?.parse().ok()?;
            cwd.starts_with(dir).then_some(Process { pid, parent, cwd })
        })
        .collect()
}

impl Project {
    pub fn password(&self) -> String {
        fs::read_to_string(self.home().join("password")).expect("is made with the home")
    }

    /// Line `number` (from 1) of the served cluster's pid file.
    fn pid_file(&self, number: usize) -> Option<String> {
        let text = fs::read_to_string(self.home().join("data/postmaster.pid")).ok()?;
        Some(text.lines().nth(number - 1)?.trim().to_owned())
    }

    pub fn port(&self) -> u16 {
        self.pid_file(4).and_then(|port| port.parse().ok()).expect("the server runs")
    }

    pub fn postmaster(&self) -> i32 {
        self.pid_file(1).and_then(|pid| pid.parse().ok()).expect("the server runs")
    }

    pub fn url(&self) -> String {
        let (password, port) = (self.password(), self.port());
        format!("postgresql://{USER}:{password}@127.0.0.1:{port}/{DATABASE}")
    }

    /// A program that finds this project's database in its environment.
    pub fn client(&self, program: impl AsRef<std::ffi::OsStr>) -> Tool {
        Tool::new(program, &self.root)
            .env("PGHOST", "127.0.0.1")
            .env("PGPORT", self.port().to_string())
            .env("PGUSER", USER)
            .env("PGPASSWORD", self.password())
            .env("PGDATABASE", DATABASE)
            .env("PGCONNECT_TIMEOUT", "30")
    }

    pub fn psql_on(&self, database: &str) -> Tool {
        let psql = self.client(program("psql")).env("PGDATABASE", database);
        psql.args(["-XAtq", "-v", "ON_ERROR_STOP=1"])
    }

    #[track_caller]
    pub fn sql_on(&self, database: &str, sql: &str) -> String {
        let ended = self.psql_on(database).args(["-c", sql]).run().exits(0);
        ended.stdout.trim_end().to_owned()
    }

    #[track_caller]
    pub fn sql(&self, sql: &str) -> String {
        self.sql_on(DATABASE, sql)
    }

    /// A row that init.sql does not bring back.
    #[track_caller]
    pub fn insert_row(&self, key: &str) {
        self.sql(&format!("INSERT INTO event_config (key, value) VALUES ('{key}', '1')"));
    }

    #[track_caller]
    pub fn has_row(&self, key: &str) -> bool {
        self.sql(&format!("SELECT count(*) FROM event_config WHERE key = '{key}'")) == "1"
    }

    /// Thirty rows in `slow_rows`, and a trigger that makes them slow to
    /// change: time to be killed in. Comparisons leave the trigger out.
    #[track_caller]
    pub fn slow_rows(&self) {
        self.sql("INSERT INTO slow_rows SELECT generate_series(1, 30)");
        self.sql(include_str!("slow_rows.sql"));
        let mark = "\n[workspace.metadata.xtask]\n";
        let manifest = self.read("Cargo.toml");
        let rules = format!("{mark}ignore = [\"trigger:slow\", \"function:slow\"]\n");
        self.write("Cargo.toml", manifest.replace(mark, &rules));
    }

    /// `event_config` has it.
    #[track_caller]
    pub fn has_column(&self, name: &str) -> bool {
        let columns = "information_schema.columns WHERE table_name = 'event_config'";
        self.sql(&format!("SELECT count(*) FROM {columns} AND column_name = '{name}'")) == "1"
    }

    /// Which cluster and which database: both change with a rebuild.
    #[track_caller]
    pub fn identity(&self) -> String {
        self.sql(
            "SELECT system_identifier, (SELECT oid FROM pg_database \
             WHERE datname = current_database()) FROM pg_control_system()",
        )
    }

    /// One server of this home, in its place, and nothing half-done beside it.
    #[track_caller]
    pub fn is_tidy(&self) {
        let (home, data) = (self.home(), self.home().join("data"));
        // A postmaster without its data directory notices that within a minute
        // and ends: a stray must be found before.
        wait_at_most(Duration::from_secs(15), "only one server works in the home", || {
            let found = processes_below(&home);
            let servers =
                found.iter().filter(|it| !found.iter().any(|other| other.pid == it.parent));
            let served: Vec<i32> = servers.map(|it| it.pid).collect();
            let in_place = found.iter().all(|it| it.cwd == data);
            (in_place && served == [self.postmaster()]).then_some(())
        });
        for name in ["data.new", "data.old", "initdb-password"] {
            assert!(!home.join(name).exists(), "{name} is left");
        }
        for name in ["run.json", "child"] {
            assert!(!self.root.join(".xtask").join(name).exists(), ".xtask/{name} is left");
        }
        let partial =
            self.dumps().into_iter().find(|path| path.extension() != Some("dump".as_ref()));
        assert!(partial.is_none(), "{partial:?} is left");
    }
}
