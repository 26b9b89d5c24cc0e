//! The crontab of the user that runs us: our lines stand between two comments.
//!
//! Must never: touch a line that is not ours.

use anyhow::Result;

use super::job::Job;
use super::place::Place;
use super::record;
use crate::context::Ctx;
use crate::outcome::Fault;
use crate::private_file::write_private;
use crate::proc::Run;

/// How `crontab -l` says that there is none: it ends with 1 and this.
const NONE: &str = "no crontab for";

fn begin(place: &Place) -> String {
    format!("# begin: cargo xtask schedule, {}", place.root.display())
}

fn end(place: &Place) -> String {
    format!("# end: cargo xtask schedule, {}", place.root.display())
}

/// What there is, ours included.
pub fn read(ctx: &Ctx) -> Result<String> {
    let run = Run::new("crontab").arg("-l");
    let finished = ctx.proc.capture(&run)?;
    if finished.is_success() {
        return Ok(finished.stdout);
    }
    if finished.stderr.contains(NONE) {
        return Ok(String::new());
    }
    ctx.proc.require_success(&run, &finished)?;
    Ok(String::new())
}

pub fn write(ctx: &Ctx, text: &str) -> Result<()> {
    let path = record::dir(ctx)?.join("crontab");
    write_private(&path, text.as_bytes())?;
    let run = Run::new("crontab").arg("-");
    let finished = ctx.proc.feed_file(&run, std::fs::File::open(&path)?)?;
    ctx.proc.require_success(&run, &finished)
}

pub fn has_ours(text: &str, place: &Place) -> bool {
    text.lines().any(|line| line == begin(place))
}

/// The same without our lines.
pub fn without(text: &str, place: &Place) -> Result<String, Fault> {
    let (begin, end) = (begin(place), end(place));
    let (mut kept, mut is_ours) = (String::new(), false);
    for line in text.lines() {
        if line == begin {
            is_ours = true;
        } else if is_ours && line == end {
            is_ours = false;
        } else if !is_ours {
            kept.push_str(line);
            kept.push('\n');
        }
    }
    if is_ours {
        let why = format!("the crontab has `{begin}`, and nothing says where that ends");
        return Err(Fault::refused(why).hint(format!("put `{end}` behind our lines: crontab -e")));
    }
    Ok(kept)
}

/// What stands between the comments.
pub fn lines(place: &Place, jobs: &[Job]) -> String {
    let mut text = begin(place) + "\n";
    for job in jobs {
        let words = place.words(job).into_iter().map(|it| quoted(&it)).collect::<Vec<_>>();
        let command = format!(
            "cd {} && PATH={} {}",
            quoted(&place.root.display().to_string()),
            quoted(&place.path),
            words.join(" ")
        );
        // In a crontab a percent sign ends the command. Source: crontab(5).
        text.push_str(&format!("{} {}\n", job.when.cron(), command.replace('%', "\\%")));
    }
    text + &end(place) + "\n"
}

/// For `sh`.
fn quoted(word: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "-_./:=".contains(c);
    if !word.is_empty() && word.chars().all(is_plain) {
        return word.to_owned();
    }
    format!("'{}'", word.replace('\'', "'\\''"))
}
