//! The terminal: the answer on stdout, the story on stderr.
//!
//! Must never: print a secret, rely on colour, or decide what is done. This
//! is the only room with a `print` in it.

use std::io::{self, BufRead, IsTerminal, Write};
use std::os::fd::AsFd;
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use anstyle::{AnsiColor, Style};
use indicatif::{ProgressBar, ProgressStyle};
use nix::errno::Errno;
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};

use crate::interrupt::Interrupt;

/// What is shown, decided once from the flags and the environment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Look {
    pub json: bool,
    pub quiet: bool,
    pub verbose: bool,
    pub explain: bool,
    /// A person may answer questions: stdin and stderr are terminals.
    pub interactive: bool,
    /// stderr can be redrawn.
    pub live: bool,
    pub color: bool,
}

#[derive(Clone, Debug)]
pub struct Term {
    pub look: Look,
}

const DIM: Style = Style::new().dimmed();

fn colored(color: AnsiColor) -> Style {
    color.on_default()
}

impl Term {
    pub fn new(look: Look) -> Term {
        Term { look }
    }

    /// True when stdin and stderr both are a person's.
    pub fn has_person() -> bool {
        io::stdin().is_terminal() && io::stderr().is_terminal()
    }

    /// True when also what is printed goes to a terminal.
    pub fn is_all_terminal() -> bool {
        Term::has_person() && io::stdout().is_terminal()
    }

    pub fn stderr_is_terminal() -> bool {
        io::stderr().is_terminal()
    }

    /// The answer. A closed pipe is the reader's choice and no failure.
    pub fn answer(&self, text: &str) -> io::Result<()> {
        let mut out = io::stdout().lock();
        let written = out.write_all(text.as_bytes()).and_then(|()| match text.ends_with('\n') {
            true | false if text.is_empty() => Ok(()),
            true => out.flush(),
            false => out.write_all(b"\n").and_then(|()| out.flush()),
        });
        match written {
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
            other => other,
        }
    }

    /// An answer in the place of the one before, where the terminal can do
    /// that; elsewhere after it.
    pub fn redraw(&self, text: &str) -> io::Result<()> {
        let clear =
            if io::stdout().is_terminal() && !self.look.json { "\x1b[H\x1b[2J" } else { "" };
        self.answer(&format!("{clear}{text}"))
    }

    /// A line of the story.
    pub fn status(&self, text: &str) {
        if !self.look.quiet {
            self.write(text);
        }
    }

    /// A line that only `-v` shows.
    pub fn detail(&self, text: &str) {
        if self.look.verbose {
            self.write(&self.paint(DIM, text));
        }
    }

    /// Equivalent shell or SQL, with `--explain` or `-v`.
    pub fn equivalent(&self, prompt: &str, text: &str) {
        if self.look.explain || self.look.verbose {
            for line in text.lines() {
                self.write(&self.paint(DIM, &format!("    {prompt} {line}")));
            }
        }
    }

    pub fn warn(&self, text: &str) {
        self.write(&format!("{} {text}", self.paint(colored(AnsiColor::Yellow), "warning:")));
    }

    pub fn hint(&self, text: &str) {
        self.write(&format!("{} {text}", self.paint(colored(AnsiColor::Cyan), "hint:")));
    }

    pub fn error(&self, text: &str) {
        self.write(&format!("{} {text}", self.paint(colored(AnsiColor::Red), "error:")));
    }

    pub fn plain(&self, text: &str) {
        self.write(text);
    }

    /// One finished step.
    pub fn step(&self, mark: Mark, name: &str, took: Duration, detail: &str) {
        if self.look.quiet && mark == Mark::Ok {
            return;
        }
        let mark = match mark {
            Mark::Ok => self.paint(colored(AnsiColor::Green), "ok  "),
            Mark::Fail => self.paint(colored(AnsiColor::Red), "FAIL"),
        };
        let line = format!("  {mark} {name:<24} {:>6.1} s  {detail}", took.as_secs_f64());
        self.write(line.trim_end());
    }

    /// Asks on stderr, reads a line from stdin. None at the end of input, or
    /// when the user says stop instead.
    pub fn ask(&self, question: &str, interrupt: &Interrupt) -> Option<String> {
        let mut err = io::stderr().lock();
        let _ = write!(err, "{question} ");
        let _ = err.flush();
        drop(err);
        let stdin = io::stdin();
        // A blocking read would not hear Ctrl-C.
        loop {
            if interrupt.is_raised() {
                return None;
            }
            let mut waiting = [PollFd::new(stdin.as_fd(), PollFlags::POLLIN)];
            match poll(&mut waiting, PollTimeout::from(100_u8)) {
                Ok(0) | Err(Errno::EINTR) => {}
                Ok(_) | Err(_) => break,
            }
        }
        let mut line = String::new();
        match io::stdin().lock().read_line(&mut line) {
            Ok(read) if read > 0 => Some(line.trim().to_owned()),
            _ => None,
        }
    }

    /// Shows that something goes on until the returned value is dropped.
    pub fn progress(&self, name: &str) -> Progress {
        if self.look.quiet {
            return Progress::silent();
        }
        if self.look.live && !self.look.verbose && !self.look.explain {
            return Progress::spinner(name);
        }
        if self.look.verbose {
            self.write(&self.paint(DIM, &format!("  ..   {name}")));
        }
        Progress::heartbeat(self.clone(), name)
    }

    fn paint(&self, style: Style, text: &str) -> String {
        if self.look.color { format!("{style}{text}{style:#}") } else { text.to_owned() }
    }

    fn write(&self, text: &str) {
        // Nobody left to tell when stderr is closed.
        let _ = writeln!(io::stderr().lock(), "{text}");
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mark {
    Ok,
    Fail,
}

/// A spinner on a terminal; elsewhere a line after one second, then every
/// ten.
pub struct Progress {
    name: String,
    bar: Option<ProgressBar>,
    beat: Option<(Sender<()>, JoinHandle<()>)>,
    /// What [`Progress::tell`] was told last.
    told: Arc<Mutex<String>>,
}

impl Progress {
    fn silent() -> Progress {
        Progress { name: String::new(), bar: None, beat: None, told: Arc::default() }
    }

    fn spinner(name: &str) -> Progress {
        let bar = ProgressBar::new_spinner();
        if let Ok(style) = ProgressStyle::with_template("  {spinner} {wide_msg} {elapsed}") {
            bar.set_style(style.tick_strings(&["|   ", "/   ", "-   ", "\\   ", "    "]));
        }
        bar.set_message(name.to_owned());
        bar.enable_steady_tick(Duration::from_millis(120));
        Progress { name: name.to_owned(), bar: Some(bar), beat: None, told: Arc::default() }
    }

    fn heartbeat(term: Term, name: &str) -> Progress {
        let (stop, stopped) = mpsc::channel();
        let told: Arc<Mutex<String>> = Arc::default();
        let (owned, heard) = (name.to_owned(), told.clone());
        let beating = std::thread::spawn(move || {
            let started = Instant::now();
            let mut pause = Duration::from_secs(1);
            while let Err(RecvTimeoutError::Timeout) = stopped.recv_timeout(pause) {
                let told = heard.lock().map(|told| told.clone()).unwrap_or_default();
                let told = if told.is_empty() { told } else { format!(", {told}") };
                term.write(&format!("  ..   {owned} ({} s{told})", started.elapsed().as_secs()));
                pause = Duration::from_secs(10);
            }
        });
        Progress { name: name.to_owned(), bar: None, beat: Some((stop, beating)), told }
    }

    /// How far it is.
    pub fn tell(&self, text: &str) {
        if let Some(bar) = &self.bar {
            bar.set_message(format!("{}: {text}", self.name));
        }
        if let Ok(mut told) = self.told.lock() {
            text.clone_into(&mut told);
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
        if let Some((stop, beating)) = self.beat.take() {
            drop(stop);
            let _ = beating.join();
        }
    }
}
