//! One question to a service on this machine, by HTTP.
//!
//! Must never: talk to another host than 127.0.0.1, or wait long.

use std::time::Duration;

use crate::services::State;

const PATIENCE: Duration = Duration::from_secs(4);
/// Nothing we ask for is longer.
const LONGEST: u64 = 16 << 20;

#[derive(Debug)]
pub struct Reply {
    pub status: u16,
    pub body: String,
}

/// None when nobody answers there.
pub fn get(port: u16, path: &str) -> Option<Reply> {
    let config = ureq::Agent::config_builder()
        .timeout_global(Some(PATIENCE))
        .http_status_as_error(false)
        .proxy(None)
        .max_redirects(0)
        .build();
    let asked =
        ureq::Agent::new_with_config(config).get(format!("http://127.0.0.1:{port}{path}")).call();
    let mut answer = asked.ok()?;
    let status = answer.status().as_u16();
    let body = answer.body_mut().with_config().limit(LONGEST).read_to_string().ok()?;
    Some(Reply { status, body })
}

/// What `/health` says of a service that runs.
pub fn health(port: u16) -> (State, String) {
    match get(port, "/health") {
        None => (State::Starting, String::new()),
        Some(reply) if reply.status == 200 => (State::Healthy, String::new()),
        Some(reply) => {
            (State::Unhealthy, format!("/health answers {}: {}", reply.status, reply.body.trim()))
        }
    }
}
