//! `logs`: what the services and the server said, and go on saying.
//!
//! Must never: hold a whole log in memory to show its end.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, Result};
use serde_json::{Value, json};

use crate::commands::{Command, nearest};
use crate::context::Ctx;
use crate::flags::Rest;
use crate::outcome::{Answer, Fault};
use crate::services::{Place, Service};
use crate::target::Target;
use crate::target::compose::Compose;
use crate::target::local::Local;
use crate::tools::docker;

pub const COMMAND: Command = Command {
    name: "logs",
    summary: "What the services and the server said; -f goes on",
    usage: "[api | processor | enrichment | postgres | supervisor]... [-f] [--lines N]",
    flags: &[
        ("-f, --follow", "go on until Ctrl-C"),
        ("--lines N", "begin with the last N lines of each (default 100)"),
    ],
    examples: &[
        "cargo xtask logs",
        "cargo xtask logs api -f",
        "cargo xtask logs postgres --lines 20",
    ],
    run,
};

const DEFAULT_LINES: usize = 100;
const TICK: Duration = Duration::from_millis(250);
/// How much of the end of a file is looked through for lines.
const WINDOW: u64 = 4 << 20;

fn run(ctx: &Ctx, mut rest: Rest) -> Result<Answer> {
    let follow = rest.either_flag(["-f", "--follow"]);
    let lines = match rest.value("--lines")? {
        Some(text) => text
            .parse()
            .map_err(|_| Fault::usage(format!("--lines takes a number, not `{text}`")))?,
        None => DEFAULT_LINES,
    };
    let words = rest.words(COMMAND.name, 8)?;
    if follow && ctx.globals.json {
        return Err(Fault::usage("`--follow` has no end, so it has no document").into());
    }
    match Target::resolve(ctx)? {
        Target::Local(local) => of_files(ctx, &local, &words, lines, follow),
        Target::Compose(compose) => of_containers(ctx, &compose, &words, lines, follow),
        Target::Url(url) => Err(Fault::refused(format!(
            "the logs of target `{}` are where it runs, not here",
            url.name
        ))
        .into()),
    }
}

/// The names asked for, or all of them.
fn chosen<'a>(words: &[String], known: &[&'a str]) -> Result<Vec<&'a str>> {
    if words.is_empty() {
        return Ok(known.to_vec());
    }
    let find = |word: &String| match known.iter().find(|name| *name == word) {
        Some(name) => Ok(*name),
        None => {
            let fault = Fault::usage(format!("there is no log `{word}`"));
            let near = nearest(word, known.iter().copied());
            Err(fault.hint(format!("did you mean `{}`?", near.unwrap_or(known[0]))).into())
        }
    };
    words.iter().map(find).collect()
}

fn of_files(
    ctx: &Ctx,
    local: &Local,
    words: &[String],
    lines: usize,
    follow: bool,
) -> Result<Answer> {
    let place = Place::of(ctx);
    let [api, processor, enrichment] = Service::ALL.map(Service::name);
    let names = chosen(words, &[api, processor, enrichment, "postgres", "supervisor"])?;
    let path = |name: &str| if name == "postgres" { local.log() } else { place.log(name) };
    let mut tails: Vec<Tail> = names.iter().map(|name| Tail::new(name, path(name))).collect();
    let mut said = Vec::new();
    for tail in &mut tails {
        said.push((tail.name.clone(), tail.last(lines)?));
    }
    if !follow {
        return Ok(answer(&said));
    }
    ctx.term.answer(&text(&said))?;
    let several = names.len() > 1;
    // Ctrl-C is how this ends.
    while !ctx.interrupt.is_raised() {
        for tail in &mut tails {
            for line in tail.new_lines()? {
                ctx.term.answer(&shown(&tail.name, &line, several))?;
            }
        }
        std::thread::sleep(TICK);
    }
    Ok(Answer::done("", json!({})))
}

fn of_containers(
    ctx: &Ctx,
    compose: &Compose,
    words: &[String],
    lines: usize,
    follow: bool,
) -> Result<Answer> {
    let [api, processor, enrichment] = Service::ALL.map(Service::name);
    let names = chosen(words, &[api, processor, enrichment, &compose.service])?;
    if follow {
        let tail = format!("--tail={lines}");
        let words: Vec<&str> =
            ["logs", "--follow", &tail].into_iter().chain(names.iter().copied()).collect();
        ctx.proc.interactive(&compose.cli(ctx)?.run(ctx, &words))?;
        return Ok(Answer::done("", json!({})));
    }
    let mut said = Vec::new();
    for name in names {
        let found = docker::service_containers(ctx, &compose.project, name)?;
        let log = found.first().map(|it| docker::logs(ctx, &it.id)).unwrap_or_default();
        let all: Vec<&str> = log.lines().collect();
        let last = all[all.len().saturating_sub(lines)..].iter().map(|it| (*it).to_owned());
        said.push((name.to_owned(), last.collect()));
    }
    Ok(answer(&said))
}

fn answer(said: &[(String, Vec<String>)]) -> Answer {
    let data: serde_json::Map<String, Value> =
        said.iter().map(|(name, lines)| (name.clone(), json!(lines))).collect();
    Answer::done(text(said), json!({ "logs": data }))
}

fn text(said: &[(String, Vec<String>)]) -> String {
    let several = said.len() > 1;
    let each = said.iter().flat_map(|(name, lines)| lines.iter().map(move |line| (name, line)));
    each.map(|(name, line)| shown(name, line, several) + "\n").collect()
}

fn shown(name: &str, line: &str, several: bool) -> String {
    if several { format!("{name:<10} | {line}") } else { line.to_owned() }
}

/// The end of a file that grows, is cut, or is not there yet.
struct Tail {
    name: String,
    path: PathBuf,
    read_to: u64,
    /// A line whose end is not written yet.
    begun: Vec<u8>,
}

impl Tail {
    fn new(name: &str, path: PathBuf) -> Tail {
        Tail { name: name.to_owned(), path, read_to: 0, begun: Vec::new() }
    }

    fn last(&mut self, lines: usize) -> Result<Vec<String>> {
        self.read_to = size(&self.path).saturating_sub(WINDOW);
        let all = self.new_lines()?;
        Ok(all[all.len().saturating_sub(lines)..].to_vec())
    }

    fn new_lines(&mut self) -> Result<Vec<String>> {
        if size(&self.path) < self.read_to {
            self.read_to = 0;
            self.begun.clear();
        }
        let mut file = match File::open(&self.path) {
            Ok(file) => file,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => {
                return Err(error).with_context(|| format!("reading `{}`", self.path.display()));
            }
        };
        file.seek(SeekFrom::Start(self.read_to))?;
        let read = file.read_to_end(&mut self.begun)?;
        self.read_to += read as u64;
        let whole = self.begun.iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
        let whole: Vec<u8> = self.begun.drain(..whole).collect();
        Ok(String::from_utf8_lossy(&whole).lines().map(str::to_owned).collect())
    }
}

fn size(path: &Path) -> u64 {
    path.metadata().map_or(0, |meta| meta.len())
}
