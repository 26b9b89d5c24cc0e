//! Private servers: made from the programs on this machine, thrown away.
//!
//! A watcher holds each server on a pipe: however this process ends, panic and
//! `kill -9` included, the pipe closes, the server stops and its folder goes.

use std::collections::BTreeMap;
use std::fs;
use std::io::Write;
use std::os::unix::fs::chown;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use pg_live::{Address, Session, Tls, database, load, quote_ident};
use tempfile::TempDir;

/// Folders with `postgres`, `initdb`, `psql` and `pg_dump`, colon-separated,
/// beside those of Debian.
const MORE_SERVERS: &str = "XTASK_TEST_SERVERS";

const DEBIAN: &str = "/usr/lib/postgresql";

const START_DEADLINE: Duration = Duration::from_secs(60);

const WATCHER: &str = include_str!("watcher.sh");

/// Nothing here outlives the test: nothing needs to reach the disk.
const SETTINGS: &str = include_str!("postgresql.conf");

/// The programs of one PostgreSQL.
#[derive(Clone, Debug)]
pub struct Installation {
    pub major: u32,
    bin: PathBuf,
}

/// What there is on this machine, one per major version, oldest first.
pub fn installations() -> Vec<Installation> {
    let debian = fs::read_dir(DEBIAN).into_iter().flatten().flatten();
    let mut bins: Vec<PathBuf> = debian.map(|entry| entry.path().join("bin")).collect();
    bins.sort();
    if let Some(more) = std::env::var_os(MORE_SERVERS) {
        bins.extend(std::env::split_paths(&more).filter(|path| path.as_os_str() != ""));
    }
    let mut found = BTreeMap::new();
    for bin in bins {
        if let Some(major) = major_of(&bin) {
            found.entry(major).or_insert(Installation { major, bin });
        }
    }
    found.into_values().collect()
}

/// `postgres (PostgreSQL) 15.18 (Debian ...)`
fn major_of(bin: &Path) -> Option<u32> {
    let complete =
        ["postgres", "initdb", "psql", "pg_dump"].iter().all(|it| bin.join(it).is_file());
    let output = complete.then(|| Command::new(bin.join("postgres")).arg("--version").output())?;
    let text = String::from_utf8(output.ok()?.stdout).ok()?;
    text.split_whitespace().nth(2)?.split(|c: char| !c.is_ascii_digit()).next()?.parse().ok()
}

/// The account that servers run as: the server refuses root.
#[derive(Clone, Copy)]
struct Account {
    user: u32,
    group: u32,
}

fn account() -> Option<Account> {
    let own = fs::metadata("/proc/self").map(|it| std::os::unix::fs::MetadataExt::uid(&it));
    if own.is_ok_and(|user| user != 0) {
        return None;
    }
    let accounts = fs::read_to_string("/etc/passwd").unwrap_or_default();
    let find = |name: &str| {
        let line = accounts.lines().find(|line| line.split(':').next() == Some(name))?;
        let mut numbers = line.split(':').skip(2).map_while(|it| it.parse().ok());
        Some(Account { user: numbers.next()?, group: numbers.next()? })
    };
    find("postgres").or_else(|| find("nobody"))
}

/// Databases are made and dropped all the time: memory is twice as fast.
fn place() -> PathBuf {
    let memory = Path::new("/dev/shm");
    let is_chosen = std::env::var_os("TMPDIR").is_some();
    if memory.is_dir() && !is_chosen { memory.to_owned() } else { std::env::temp_dir() }
}

/// A server of its own.
pub struct Cluster {
    pub installation: Installation,
    watcher: Child,
    /// Removed after the watcher has ended.
    home: TempDir,
}

impl Cluster {
    /// Panics with the server's own words when it does not start.
    pub fn start(installation: &Installation) -> Cluster {
        let mut home = tempfile::Builder::new();
        let home = home.prefix("ring-").tempdir_in(place()).expect("a temporary folder");
        let account = account();
        if let Some(account) = account {
            chown(home.path(), Some(account.user), Some(account.group)).expect("root may");
        }
        let run = |program: &Path| {
            let mut command = Command::new(program);
            command.current_dir(home.path());
            if let Some(account) = account {
                command.gid(account.group).uid(account.user);
            }
            command
        };
        let made = run(&installation.bin.join("initdb"))
            .args(["--username=postgres", "--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8"])
            .args(["--no-sync", "--pgdata=data"])
            .output()
            .expect("initdb is a program");
        assert!(made.status.success(), "initdb: {}", String::from_utf8_lossy(&made.stderr));
        let conf = home.path().join("data/postgresql.conf");
        let text = fs::read_to_string(&conf).expect("made by initdb") + "\n" + SETTINGS;
        fs::write(&conf, text).expect("ours");
        let watcher = run(Path::new("/bin/sh"))
            .args(["-c", WATCHER, "watcher"])
            .arg(installation.bin.join("postgres"))
            .arg(home.path())
            .stdin(Stdio::piped())
            // Ctrl-C is for us; the server ends when we do.
            .process_group(0)
            .spawn()
            .expect("a shell");
        let mut cluster = Cluster { installation: installation.clone(), watcher, home };
        cluster.wait();
        cluster
    }

    fn wait(&mut self) {
        let started = Instant::now();
        let runtime = runtime();
        while runtime.block_on(Session::connect(&self.address("postgres"), "ring")).is_err() {
            let ended = self.watcher.try_wait().expect("our child").is_some();
            if ended || started.elapsed() > START_DEADLINE {
                let log = fs::read_to_string(self.home.path().join("log")).unwrap_or_default();
                panic!("PostgreSQL {} does not start: {log}", self.installation.major);
            }
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    pub fn address(&self, database: &str) -> Address {
        Address {
            host: self.home.path().display().to_string(),
            port: 5432,
            user: "postgres".to_owned(),
            password: None,
            database: database.to_owned(),
            tls: Tls::Disable,
        }
    }

    /// Panics when the server is gone.
    pub async fn session(&self, database: &str) -> Session {
        let address = self.address(database);
        Session::connect(&address, "ring").await.expect("our server answers")
    }

    /// A program that reaches a database without being told where it is.
    fn client(&self, program: &str, database: &str) -> Command {
        let mut command = Command::new(self.installation.bin.join(program));
        let ambient = std::env::vars_os().map(|(name, _)| name);
        for name in ambient.filter(|name| name.to_string_lossy().starts_with("PG")) {
            command.env_remove(name);
        }
        command.envs(self.address(database).libpq_environment());
        command.stdin(Stdio::null());
        command
    }

    /// Makes a database anew and fills it from a text.
    pub async fn make(&self, database: &str, sql: &str) -> Result<(), LoadError> {
        self.make_empty(database).await;
        let session = self.session(database).await;
        let settled = session.execute("SET check_function_bodies = off").await;
        settled.expect("a setting");
        if load(&session, sql).await.is_ok() {
            return Ok(());
        }
        // One batch is one transaction: what wants none, or several, and
        // psql's own commands run the slower way.
        drop(session);
        self.make_empty(database).await;
        self.psql(database, sql)
    }

    async fn make_empty(&self, database: &str) {
        let session = self.session("postgres").await;
        database::drop_scratch(&session, database).await.expect("a database of ours");
        let made = session.execute(&format!("CREATE DATABASE {}", quote_ident(database))).await;
        made.expect("room for a database");
    }

    /// Runs a text as `psql -f` would; the server's words when it stops.
    pub fn psql(&self, database: &str, sql: &str) -> Result<(), LoadError> {
        let mut child = self
            .client("psql", database)
            .env("PGOPTIONS", "-c check_function_bodies=off -c client_min_messages=error")
            .args(["--no-psqlrc", "--quiet", "--set=ON_ERROR_STOP=1", "--set=VERBOSITY=verbose"])
            .args(["--output=/dev/null", "--file=-"])
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .expect("psql is a program");
        let mut stdin = child.stdin.take().expect("piped");
        // psql stops reading at an error: what it says then is what counts.
        let _ = stdin.write_all(sql.as_bytes());
        drop(stdin);
        let output = child.wait_with_output().expect("our child");
        if output.status.success() { Ok(()) } else { Err(LoadError::read(&output)) }
    }

    /// The text of `pg_dump --schema-only --no-owner`.
    pub fn pg_dump(&self, database: &str) -> String {
        let output = self
            .client("pg_dump", database)
            .args(["--schema-only", "--no-owner"])
            .output()
            .expect("pg_dump is a program");
        let error = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "pg_dump of {database}: {error}");
        String::from_utf8(output.stdout).expect("the encoding is UTF-8")
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        drop(self.watcher.stdin.take());
        let _ = self.watcher.wait();
    }
}

/// Why a file does not load.
#[derive(Clone, Debug)]
pub struct LoadError {
    /// Empty when psql itself failed.
    pub sqlstate: String,
    pub says: String,
}

impl LoadError {
    /// `psql:<stdin>:3: ERROR:  42P01: relation "a" does not exist`
    fn read(output: &Output) -> LoadError {
        let text = String::from_utf8_lossy(&output.stderr);
        let lines = text.lines().filter(|line| !line.starts_with("LOCATION: "));
        let says: Vec<&str> = lines.collect();
        let says = says.join("\n");
        let sqlstate = says.split_once("ERROR:  ").and_then(|(_, rest)| rest.get(..5));
        LoadError { sqlstate: sqlstate.unwrap_or_default().to_owned(), says }
    }

    /// The server lacks what the case is about: an extension that is not
    /// installed (`0A000` since 16, `58P01` before), a collation of a library
    /// it was built without.
    pub fn is_absence(&self) -> bool {
        matches!(self.sqlstate.as_str(), "0A000" | "58P01")
            || (self.sqlstate == "42704" && self.says.contains("collation \""))
    }
}

/// One thread's runtime: a worker asks one thing at a time.
pub fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime")
}
