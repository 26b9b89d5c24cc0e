//! The services of the stack, and the guide's own lines about them.

use std::io::{Read, Write};
use std::net::TcpStream;

use crate::stage::{Stage, free_port};
use crate::tool::{Ended, Tool, wait_until};

const IMPORT: &str = "from shared.python.models import Message; print(Message.__tablename__)";

/// The tool with the services, and with what leads to the package index.
pub fn tool(stage: &Stage, words: &[&str]) -> Tool {
    let tool = stage.tool(words).env("XTASK_SERVICES", "all");
    let pip = std::env::vars().filter(|(name, _)| {
        name.starts_with("PIP_") || name.starts_with("SSL_") || name.ends_with("_proxy")
    });
    pip.fold(tool, |tool, (name, value)| tool.env(&name, value))
}

/// docker-compose as the guide has it typed.
fn compose(stage: &Stage, words: &[&str]) -> Ended {
    Tool::new("docker-compose", &stage.root).args(words).run()
}

/// What the api answers; None when nobody does.
pub fn listing(port: &str) -> Option<String> {
    let mut stream = TcpStream::connect(format!("127.0.0.1:{port}")).ok()?;
    let request =
        "GET /api/messages?limit=5 HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
    stream.write_all(request.as_bytes()).ok()?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).ok()?;
    answer.starts_with("HTTP/1.1 200").then_some(answer)
}

#[test]
fn the_lines_of_the_guide_work_as_written() {
    let Some(stage) = Stage::new() else { return };
    stage.copy_platform();
    let port = free_port().to_string();
    stage.add_setting("API_PORT", &port);
    let ended = tool(&stage, &["db-rebuild", "--yes"]).run().exits(0);
    ended.says(&["prepare services", "start services", "models import"]);
    tool(&stage, &["status"]).run().exits(0).answers(&["api        healthy on port"]);

    compose(&stage, &["exec", "-T", "api", "python", "-c", IMPORT]).exits(0).answers(&["messages"]);
    let seed = ["exec", "-T", "api", "python", "scripts/seed_demo.py", "--messages", "50"];
    compose(&stage, &seed).exits(0);
    let answer = listing(&port).expect("the api answers");
    assert_eq!(answer.matches("\"message_id\"").count(), 5, "{answer}");
    let models = "shared/python/tests/test_models.py";
    compose(&stage, &["exec", "-T", "api", "pytest", "-q", models]).exits(0).answers(&["passed"]);
    // Inside the api's container, held against what the stack serves.
    tool(&stage, &["orm-verify"]).run().exits(0).answers(&["the models say what the database is"]);
    // All of them, as many at a time as there are cores.
    let words = ["test", "--junit", "results.xml", "--", "-q", "-n", "2"];
    tool(&stage, &words).run().exits(0).answers(&["passed"]);
    assert!(stage.read("results.xml").contains("<testsuite"));
    tool(&stage, &["logs", "api", "--lines", "3"])
        .run()
        .exits(0)
        .answers(&["\"service\": \"api\""]);
    tool(&stage, &["data-migrate", "add_new_field", "--yes"])
        .run()
        .exits(0)
        .answers(&["has finished"]);

    compose(&stage, &["stop", "api", "processor", "enrichment"]).exits(0);
    assert!(listing(&port).is_none(), "the api was stopped");
    tool(&stage, &["status"]).run().exits(2).answers(&["stopped", "next: cargo xtask up"]);
    tool(&stage, &["up"]).run().exits(0).answers(&["http://localhost:"]);
    assert!(listing(&port).is_some());

    // A rebuild stops them first; afterwards they serve the new database.
    tool(&stage, &["db-rebuild", "--yes"]).run().exits(0).says(&["3, each after what it had"]);
    let answer = wait_until("the api answers", || listing(&port));
    assert!(!answer.contains("\"message_id\""), "the new database is empty: {answer}");
    tool(&stage, &["down"]).run().exits(0);
    assert!(listing(&port).is_none());
}
