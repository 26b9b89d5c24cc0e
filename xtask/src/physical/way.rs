//! A restore in words and as pgBackRest's arguments: from which backup, how
//! far, along which timeline.
//!
//! Must never: leave the timeline to chance where the server knows its own.

use std::fmt::Write as _;

use super::listing::{Physical, moment};
use super::moment::{History, Until};
use crate::outcome::{Exit, Fault, exit_of};
use crate::target::local::{Local, Slot};

/// From which backup to which moment.
pub struct Way<'a> {
    pub backup: &'a Physical,
    pub until: Until,
    /// None: the newest.
    pub timeline: Option<History>,
    /// Of another cluster than the present one.
    pub is_foreign: bool,
}

impl Way<'_> {
    pub fn story(&self) -> String {
        match self.until {
            Until::End => "and all that was archived since".to_owned(),
            Until::Backup => "as it was when the backup ended".to_owned(),
            Until::Time(at) => format!("and what was committed until {}", moment(at)),
        }
    }

    pub fn moment(&self) -> String {
        match self.until {
            Until::End => "it was at the end of the archive".to_owned(),
            Until::Backup => format!("it was at {}", moment(self.backup.stopped)),
            Until::Time(at) => format!("it was at {}", moment(at)),
        }
    }

    pub fn card(&self, local: &Local, is_served: bool) -> String {
        let it = self.backup;
        let mut text = format!("restore of the whole server, {}\n", self.story());
        let mut line = |name: &str, value: String| {
            let _ = writeln!(text, "  {name:<9} {value}");
        };
        line("from", format!("{}, {}, ended {}", it.label, it.kind.name(), moment(it.stopped)));
        if it.has_errors {
            line("damaged", "pgBackRest found damaged pages in it when it was made".to_owned());
        }
        if let Some(history) = &self.timeline {
            line("timeline", history.timeline.to_string());
        }
        line("beside", local.dir(Slot::New).display().to_string());
        let meanwhile = if is_served { "serves meanwhile, and " } else { "" };
        line("present", format!("{meanwhile}is kept; nothing of it is removed"));
        text.trim_end().to_owned()
    }

    /// Most often there is no log up to the moment.
    pub fn explained(&self, error: anyhow::Error) -> anyhow::Error {
        match self.until {
            Until::Time(_) if exit_of(&error) == Exit::Failed => Fault::failed(format!(
                "the log does not lead to that moment: {error:#}"
            ))
            .hint(
                "nothing was changed; where its end came before the moment, choose an earlier \
                         one, or leave out --to-time for all that was archived",
            )
            .into(),
            Until::Time(_) | Until::End | Until::Backup => error,
        }
    }

    pub fn arguments(&self) -> Vec<String> {
        let mut arguments = vec![format!("--set={}", self.backup.label)];
        let timeline = self.timeline.as_ref().map(|it| it.timeline);
        match self.until {
            Until::End => {}
            Until::Backup => {
                arguments.push("--type=immediate".to_owned());
                arguments.push("--target-action=promote".to_owned());
                // The ways may part behind it. Its own option for the timeline
                // is refused for this type.
                arguments.push("--recovery-option=recovery_target_timeline=current".to_owned());
                return arguments;
            }
            Until::Time(at) => {
                let at = at.strftime("%Y-%m-%d %H:%M:%S%.6f+00");
                arguments.push("--type=time".to_owned());
                arguments.push(format!("--target={at}"));
                arguments.push("--target-action=promote".to_owned());
            }
        }
        arguments.extend(timeline.map(|it| format!("--target-timeline={it}")));
        arguments
    }
}
