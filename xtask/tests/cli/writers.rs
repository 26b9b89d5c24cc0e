//! Writers as a service has them: each keeps a connection, writes one row
//! after the other, comes again when it is thrown out, and remembers what it
//! was told is committed.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard};
use std::thread::JoinHandle;
use std::time::Duration;

use pg_live::{Address, Session};

use crate::server::DATABASE;
use crate::stage::Project;
use crate::tool::wait_until;

const WRITERS: usize = 4;
/// What a service does between two rows; a busy loop would only starve the
/// server of this machine.
const PAUSE: Duration = Duration::from_millis(3);

/// What one writer was told is committed, in that order.
type Told = Mutex<Vec<String>>;

pub struct Writers {
    stop: Arc<AtomicBool>,
    told: Vec<Arc<Told>>,
    threads: Vec<JoinHandle<()>>,
}

fn locked(told: &Told) -> MutexGuard<'_, Vec<String>> {
    told.lock().expect("no writer panics")
}

impl Writers {
    /// They were all told of rows when this comes back.
    pub fn begin(project: &Project) -> Writers {
        let address = Address::parse(&project.url()).expect("is one");
        let stop = Arc::new(AtomicBool::new(false));
        let told: Vec<Arc<Told>> = (0..WRITERS).map(|_| Arc::default()).collect();
        let start = |(number, told): (usize, &Arc<Told>)| {
            let (address, stop, told) = (address.clone(), stop.clone(), told.clone());
            std::thread::spawn(move || {
                let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
                runtime.expect("a runtime").block_on(write(number, &address, (&stop, &told)));
            })
        };
        let threads = told.iter().enumerate().map(start).collect();
        let writers = Writers { stop, told, threads };
        writers.go_on();
        writers
    }

    /// Everything that they were told is committed.
    pub fn told(&self) -> BTreeSet<String> {
        self.told.iter().flat_map(|it| locked(it).clone()).collect()
    }

    /// Waits until each of them was told of more.
    pub fn go_on(&self) {
        let before: Vec<usize> = self.told.iter().map(|it| locked(it).len()).collect();
        wait_until("each writer was told of more", || {
            let more = |(told, before): (&Arc<Told>, &usize)| locked(told).len() > before + 5;
            self.told.iter().zip(&before).all(more).then_some(())
        });
    }

    pub fn end(self) -> BTreeSet<String> {
        self.stop.store(true, Ordering::Relaxed);
        let told = self.told.clone();
        for thread in self.threads {
            thread.join().expect("no writer panics");
        }
        told.iter().flat_map(|it| locked(it).clone()).collect()
    }
}

async fn write(number: usize, address: &Address, (stop, told): (&AtomicBool, &Told)) {
    let mut row = 0;
    while !stop.load(Ordering::Relaxed) {
        let Ok(session) = Session::connect(address, "writer").await else {
            tokio::time::sleep(PAUSE).await;
            continue;
        };
        while !stop.load(Ordering::Relaxed) {
            row += 1;
            let key = format!("w{number}_{row}");
            let insert =
                format!("INSERT INTO public.event_config (key, value) VALUES ('{key}', '1')");
            if session.execute(&insert).await.is_err() {
                break;
            }
            locked(told).push(key);
            tokio::time::sleep(PAUSE).await;
        }
    }
}

/// The keys in one database.
#[track_caller]
pub fn keys(project: &Project, database: &str) -> BTreeSet<String> {
    let keys = project.sql_on(database, "SELECT key FROM public.event_config");
    keys.lines().map(str::to_owned).collect()
}

/// The served database and those beside it: made, kept, undone.
#[track_caller]
pub fn databases(project: &Project) -> Vec<String> {
    let sql = format!(
        "SELECT datname FROM pg_database WHERE datname = '{DATABASE}' \
         OR datname LIKE '{DATABASE}\\_\\_%' ORDER BY 1"
    );
    project.sql_on("postgres", &sql).lines().map(str::to_owned).collect()
}

/// The keys in those that are or were served.
#[track_caller]
pub fn keys_anywhere(project: &Project) -> BTreeSet<String> {
    let all = databases(project);
    let were_served = all.iter().filter(|it| !it.contains("__new_"));
    were_served.flat_map(|it| keys(project, it)).collect()
}
