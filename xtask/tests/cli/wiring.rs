//! Flags, streams, exit codes: what every command has in common.

use std::process::Stdio;

use crate::stage::Project;
use crate::tool::{BINARY, Tool};

const COMMANDS: [&str; 10] = [
    "db-rebuild",
    "db-verify",
    "up",
    "down",
    "psql",
    "status",
    "target",
    "images",
    "ci",
    "completions",
];

#[test]
fn help_is_an_answer_on_stdout() {
    let project = Project::new();
    for words in [&["--help"][..], &["-h"], &[], &["help"]] {
        let ended = project.run(words).exits(0).answers(&["usage: cargo xtask COMMAND", "--json"]);
        let ended = ended.answers(&COMMANDS).answers(&["exit codes:"]);
        assert_eq!(ended.stderr, "");
    }
}

#[test]
fn every_command_has_a_page_with_usage_and_examples() {
    let project = Project::new();
    let list = project.run(["--json", "--help"]).exits(0).document();
    let listed: Vec<String> = list["data"]["commands"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|it| it["name"].as_str().expect("a name").to_owned())
        .collect();
    for known in COMMANDS {
        assert!(listed.iter().any(|name| name == known), "{known} is not listed");
    }
    for name in listed {
        let usage = format!("usage: cargo xtask {name}");
        let example = format!("  cargo xtask {name}");
        project.run([&name, "--help"]).exits(0).answers(&["examples:", &usage, &example]);
    }
}

#[test]
fn help_and_version_need_no_project() {
    let project = Project::new();
    let outside = project.temp().join("outside");
    std::fs::create_dir(&outside).expect("a folder");
    project.tool(["--version"]).dir(&outside).run().exits(0).answers(&["xtask 0."]);
    project.tool(["-V"]).dir(&outside).run().exits(0).answers(&["xtask 0."]);
    project.tool(["db-rebuild", "--help"]).dir(&outside).run().exits(0).answers(&["usage:"]);
}

#[test]
fn outside_a_project_is_unavailable() {
    let project = Project::new();
    let outside = project.temp().join("outside");
    std::fs::create_dir(&outside).expect("a folder");
    project
        .tool(["status"])
        .dir(&outside)
        .run()
        .exits(4)
        .answers_nothing()
        .says(&["error: no `Cargo.toml`", "hint: run it inside the project"]);
}

#[test]
fn a_folder_inside_the_project_will_do() {
    let project = Project::new();
    let inside = project.root.join("infrastructure/postgres");
    project.tool(["target"]).dir(&inside).run().exits(0).answers(&["* local"]);
}

#[test]
fn an_unknown_command_is_a_usage_error_with_the_nearest_name() {
    let project = Project::new();
    project.run(["db-rebuidl"]).exits(64).answers_nothing().says(&[
        "there is no command `db-rebuidl`",
        "hint: did you mean `cargo xtask db-rebuild`?",
    ]);
    project.run(["xyzzy"]).exits(64).says(&["`xyzzy`", "hint: cargo xtask --help"]);
}

#[test]
fn nothing_typed_is_swallowed() {
    let project = Project::new();
    for name in COMMANDS.iter().filter(|name| **name != "completions") {
        project
            .run([*name, "--nope"])
            .exits(64)
            .answers_nothing()
            .says(&["`--nope`", &format!("hint: cargo xtask {name} --help")]);
    }
    project.run(["status", "leftover"]).exits(64).says(&["does not take `leftover`"]);
    project.run(["db-verify", "a", "b"]).exits(64).says(&["does not take `a`"]);
    project.run(["target", "local", "more"]).exits(64).says(&["does not take `more`"]);
    project.run(["status", "--target"]).exits(64).says(&["--target"]).answers_nothing();
    project.run(["status", "--target", "nowhere"]).never_says(&["panicked"]);
    project
        .run(["db-verify", "--target", "nowhere"])
        .exits(64)
        .says(&["`nowhere`", "local, compose, url"]);
}

#[test]
fn an_unknown_flag_is_told_without_its_value() {
    let project = Project::new();
    project
        .run(["status", "--db-ulr=postgresql://me:canary-in-argv@h/d"])
        .exits(64)
        .says(&["`--db-ulr"])
        .never_says(&["canary-in-argv"]);
}

#[test]
fn flags_that_exclude_each_other_are_a_usage_error() {
    let project = Project::new();
    for words in [
        &["db-rebuild", "--swap", "--undo"][..],
        &["db-rebuild", "--swap", "--no-backup"],
        &["target", "--protect", "--unprotect"],
    ] {
        project.run(words).exits(64).answers_nothing().says(&["exclude each other"]);
    }
    project.run(["psql", "--json"]).exits(64).says(&["`--json`"]);
}

#[test]
fn json_is_one_document_for_success_and_for_failure() {
    let project = Project::new();
    let done = project.run(["--json", "target"]).exits(0);
    assert_eq!(done.document()["command"], "target");
    assert_eq!(done.document()["data"]["target"], "local");
    let verbose = project.run(["--json", "-v", "--explain", "db-verify"]).exits(4).document();
    assert_eq!(verbose["error"]["exit"], "unavailable");
    assert_eq!(verbose["error"]["hint"], "build it: `cargo xtask db-rebuild`");
    let unknown = project.run(["--json", "nope"]).exits(64).document();
    assert_eq!(unknown["command"], "nope");
    let leftover = project.run(["status", "--json", "word"]).exits(64).document();
    assert_eq!(leftover["error"]["exit"], "usage");
}

#[test]
fn json_is_one_document_also_when_the_line_cannot_be_read() {
    let project = Project::new();
    for words in [&["--json", "status", "--target"][..], &["status", "--confirm-db", "--json"]] {
        let ended = project.run(words);
        assert_eq!(ended.code, 64, "{}", ended.whole());
        assert_eq!(ended.document()["error"]["exit"], "usage");
    }
}

#[test]
fn an_error_place_is_in_the_document() {
    let project = Project::new();
    project.write(crate::stage::INIT, "SELECT 1;\nSELECT '\u{0}';\n");
    let document = project.run(["--json", "db-rebuild"]).exits(1).document();
    assert_eq!(document["error"]["place"]["file"], crate::stage::INIT);
    assert_eq!(document["error"]["place"]["line"], 2);
    assert_eq!(document["error"]["place"]["column"], 9);
}

#[test]
fn no_escape_bytes_without_a_terminal() {
    let project = Project::new();
    for words in [&["--help"][..], &["nope"], &["status"], &["db-verify", "-v"]] {
        project.run(words).never_says(&["\u{1b}"]);
        project
            .tool(words)
            .env("NO_COLOR", "1")
            .env("TERM", "xterm-256color")
            .run()
            .never_says(&["\u{1b}"]);
    }
}

/// Runs the binary at a terminal of its own and gives what the terminal got.
fn at_a_terminal(project: &Project, tool: impl Fn(Tool) -> Tool) -> Option<String> {
    let has_script = std::process::Command::new("script")
        .arg("--version")
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
    if has_script.is_err() {
        crate::tool::skip("no `script` to make a terminal with");
        return None;
    }
    let call = format!("{BINARY} nope");
    let typed = Tool::new("script", &project.root).args(["-qec", &call, "/dev/null"]);
    Some(tool(typed.env("TERM", "xterm")).run().stdout)
}

#[test]
fn no_color_wins_at_a_terminal() {
    let project = Project::new();
    let Some(colored) = at_a_terminal(&project, |tool| tool) else { return };
    assert!(colored.contains("\u{1b}["), "a terminal gets colour: {colored:?}");
    for (name, value) in [("NO_COLOR", "1"), ("TERM", "dumb")] {
        let plain = at_a_terminal(&project, |tool| tool.env(name, value)).expect("asked before");
        assert!(plain.contains("error:") && !plain.contains('\u{1b}'), "{name}: {plain:?}");
    }
}

#[test]
fn a_closed_pipe_is_the_readers_choice() {
    let project = Project::new();
    let call = format!("set -o pipefail; {BINARY} --help | true");
    for _ in 0..5 {
        Tool::new("bash", &project.root)
            .args(["-c", &call])
            .run()
            .exits(0)
            .never_says(&["panicked"]);
    }
}

#[test]
fn completions_are_scripts_that_parse() {
    let project = Project::new();
    for (shell, checker) in [("bash", "bash"), ("zsh", "zsh"), ("fish", "fish")] {
        let ended =
            project.run(["completions", shell]).exits(0).answers(&["db-rebuild", "db-verify"]);
        project.write("script", &ended.stdout);
        // bash reads what zsh gets, but for its first line.
        let checker = if server_has(checker) { checker } else { "bash" };
        if (shell, checker) != ("fish", "bash") {
            Tool::new(checker, &project.root).args(["-n", "script"]).run().exits(0);
        }
    }
    let one = project.run(["completions", "fish"]).exits(0);
    assert!(
        one.stdout.lines().all(|line| line.starts_with("complete -c cargo ")),
        "{}",
        one.stdout
    );
    project.run(["completions"]).exits(64).says(&["bash, zsh or fish"]);
    project.run(["completions", "tcsh"]).exits(64).answers_nothing();
}

fn server_has(program: &str) -> bool {
    let quiet = |command: &mut std::process::Command| {
        command.arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status().is_ok()
    };
    quiet(&mut std::process::Command::new(program))
}

#[test]
fn bash_completes_commands_and_flags() {
    let project = Project::new();
    let script = project.run(["completions", "bash"]).exits(0).stdout;
    let ask = "\nCOMP_WORDS=(cargo xtask db-r); COMP_CWORD=2; _cargo_xtask; echo \"<${COMPREPLY[*]}>\"\n\
               COMP_WORDS=(cargo xtask db-rebuild --no-b); COMP_CWORD=3; _cargo_xtask; echo \"<${COMPREPLY[*]}>\"\n\
               COMP_WORDS=(cargo xtask status --js); COMP_CWORD=3; _cargo_xtask; echo \"<${COMPREPLY[*]}>\"\n";
    let ended = Tool::new("bash", &project.root).args(["-c", &(script + ask)]).run().exits(0);
    assert_eq!(ended.stdout, "<db-rebuild>\n<--no-backup>\n<--json>\n");
}
