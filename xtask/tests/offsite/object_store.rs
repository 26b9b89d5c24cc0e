//! A store that speaks S3, on a port of its own, with a bucket in a folder.

use std::fs;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use futures_util::future::select;
use hyper::server::conn::http1;
use hyper::service::{Service, service_fn};
use hyper_util::rt::TokioIo;
use s3s::auth::SimpleAuth;
use s3s::service::S3ServiceBuilder;
use s3s_fs::FileSystem;
use tokio::sync::oneshot;

use crate::stage::Project;
use crate::tool::Tool;

const KEY: &str = "the-key";
const SECRET: &str = "canary-of-the-store";

pub struct ObjectStore {
    root: PathBuf,
    pub port: u16,
    /// Method and path of every request, as they came.
    seen: Arc<Mutex<Vec<String>>>,
    parts: Arc<Mutex<Allowance>>,
    stop: Option<oneshot::Sender<()>>,
}

/// How many parts of uploads are still taken; the next one waits until
/// somebody says another number.
struct Allowance {
    left: usize,
    times_said: usize,
}

impl ObjectStore {
    /// Its bytes lie beside the project.
    pub fn start(project: &Project) -> ObjectStore {
        let root = project.temp().join("store");
        fs::create_dir_all(root.join("bucket")).expect("a folder");
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let port = listener.local_addr().expect("is bound").port();
        let mut store = ObjectStore {
            root,
            port,
            seen: Arc::default(),
            parts: Arc::new(Mutex::new(Allowance { left: usize::MAX, times_said: 0 })),
            stop: None,
        };
        store.serve(listener);
        store
    }

    fn serve(&mut self, listener: TcpListener) {
        let (stop, stopped) = oneshot::channel();
        let (root, seen, parts) = (self.root.clone(), self.seen.clone(), self.parts.clone());
        std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
            runtime.expect("a runtime").block_on(async {
                let answering = std::pin::pin!(answer(listener, &root, seen, parts));
                select(answering, stopped).await;
            });
        });
        self.stop = Some(stop);
    }

    /// Nobody answers at its port any more.
    pub fn stop(&mut self) {
        drop(self.stop.take());
        while std::net::TcpStream::connect(("127.0.0.1", self.port)).is_ok() {
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    pub fn start_again(&mut self) {
        self.take_parts(usize::MAX);
        self.serve(TcpListener::bind(("127.0.0.1", self.port)).expect("its port is free"));
    }

    /// After so many parts of uploads the next one waits.
    pub fn take_parts(&self, count: usize) {
        let mut parts = self.parts.lock().expect("no test panicked there");
        *parts = Allowance { left: count, times_said: parts.times_said + 1 };
    }

    /// The requests that begin and end so.
    pub fn seen(&self, begin: &str, part: &str) -> usize {
        let seen = self.seen.lock().expect("no test panicked there");
        seen.iter().filter(|it| it.starts_with(begin) && it.contains(part)).count()
    }

    pub fn forget(&self) {
        self.seen.lock().expect("no test panicked there").clear();
    }

    /// The last request that wrote something.
    pub fn last_written(&self) -> String {
        let seen = self.seen.lock().expect("no test panicked there");
        seen.iter().rev().find(|it| it.starts_with("PUT")).cloned().unwrap_or_default()
    }

    /// Every file in its folder.
    pub fn files(&self) -> Vec<PathBuf> {
        files_below(&self.root)
    }

    /// The objects of the database's backups.
    pub fn dir(&self) -> PathBuf {
        self.root.join("bucket/machine/local/osint_platform")
    }

    /// The tool, told of this store and who may write there.
    pub fn tool<S: AsRef<std::ffi::OsStr>>(
        &self,
        project: &Project,
        words: impl IntoIterator<Item = S>,
    ) -> Tool {
        let tool = project.tool(words);
        self.variables().into_iter().fold(tool, |tool, (name, value)| tool.env(name, value))
    }

    /// The same as a `.env`.
    pub fn settings(&self) -> String {
        self.variables().map(|(name, value)| format!("{name}={value}\n")).concat()
    }

    fn variables(&self) -> [(&'static str, String); 5] {
        [
            ("AWS_ENDPOINT_URL", format!("http://127.0.0.1:{}", self.port)),
            ("AWS_ACCESS_KEY_ID", KEY.to_owned()),
            ("AWS_SECRET_ACCESS_KEY", SECRET.to_owned()),
            ("XTASK_BACKUP_BUCKET", "bucket".to_owned()),
            ("XTASK_BACKUP_PREFIX", "machine".to_owned()),
        ]
    }
}

async fn answer(
    listener: TcpListener,
    root: &Path,
    seen: Arc<Mutex<Vec<String>>>,
    parts: Arc<Mutex<Allowance>>,
) {
    let service = {
        let mut builder = S3ServiceBuilder::new(FileSystem::new(root).expect("a folder"));
        builder.set_auth(SimpleAuth::from_single(KEY, SECRET));
        builder.build()
    };
    listener.set_nonblocking(true).expect("a socket");
    let listener = tokio::net::TcpListener::from_std(listener).expect("a socket");
    loop {
        let Ok((socket, _)) = listener.accept().await else { continue };
        let (service, seen, parts) = (service.clone(), seen.clone(), parts.clone());
        let answering = service_fn(move |request: hyper::Request<hyper::body::Incoming>| {
            let (service, seen, parts) = (service.clone(), seen.clone(), parts.clone());
            async move {
                let target = request.uri().clone();
                let line = format!("{} {}", request.method(), target.path());
                seen.lock().expect("no test panicked there").push(line);
                if target.query().is_some_and(|it| it.contains("partNumber=")) {
                    let arrived = parts.lock().expect("no test panicked there").times_said;
                    while !is_taken(&parts, arrived) {
                        tokio::time::sleep(Duration::from_millis(20)).await;
                    }
                }
                Service::call(&service, request).await
            }
        });
        tokio::spawn(http1::Builder::new().serve_connection(TokioIo::new(socket), answering));
    }
}

/// One that waited while another number was said goes through: its sender may
/// be gone, and must cost nobody a place.
fn is_taken(parts: &Mutex<Allowance>, arrived: usize) -> bool {
    let mut parts = parts.lock().expect("no test panicked there");
    if parts.times_said != arrived {
        return true;
    }
    let left = parts.left.checked_sub(1);
    parts.left = left.unwrap_or(0);
    left.is_some()
}

pub fn files_below(dir: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(dir).into_iter().flatten().flatten() {
        match entry.file_type() {
            Ok(kind) if kind.is_dir() => found.extend(files_below(&entry.path())),
            Ok(kind) if kind.is_file() => found.push(entry.path()),
            _ => {}
        }
    }
    found
}
