//! Ways back, for people and for programs.
//!
//! Must never: leave out what a way takes.

use std::fmt::Write as _;

use serde_json::{Value, json};

use super::code::Change;
use super::find::Way;
use crate::services::Scope;

/// Every way with what it takes; the chosen one is marked.
pub fn list(ways: &[Way], chosen: Option<usize>) -> String {
    let mut text = String::new();
    for (at, way) in ways.iter().enumerate() {
        let mark = if chosen == Some(at) { "->" } else { "  " };
        let _ = writeln!(text, "{mark} {}", way.story);
        let _ = match &way.why_not {
            Some(why) => writeln!(text, "     not now: {why}"),
            None => writeln!(text, "     {}", way.loss.story()),
        };
        let _ = writeln!(text, "     --to {}", way.name);
    }
    if ways.is_empty() {
        text.push_str("there is no way back: no swap, no migration and no backup is known here\n");
    }
    text
}

pub fn document(way: &Way) -> Value {
    json!({
        "name": way.name,
        "how": way.how.word(),
        "story": way.story,
        "loss": way.loss,
        "loses_nothing": way.loss.is_nothing(),
        "code": way.code,
        "not_now": way.why_not,
    })
}

pub fn documents(ways: &[Way]) -> Value {
    json!(ways.iter().map(document).collect::<Vec<_>>())
}

/// What is done, in order.
pub fn would(way: &Way, change: &Change, services: Scope) -> Vec<String> {
    let (stop, start) = match services {
        Scope::All => {
            (Some("stop the services"), Some("start the services, ask them if all works"))
        }
        Scope::Db => (Some("stop the services"), None),
        Scope::None => (None, None),
    };
    let done = [way.story.clone(), change.story()];
    let compare = "compare the database with init.sql";
    let before = stop.into_iter().map(str::to_owned);
    before.chain(done).chain(start.into_iter().chain([compare]).map(str::to_owned)).collect()
}
