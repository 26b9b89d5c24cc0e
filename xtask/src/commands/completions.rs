//! `completions`: scripts for bash, zsh and fish, made from the table.
//!
//! Must never: know a command by name.

use anyhow::Result;
use serde_json::json;

use crate::commands::{COMMANDS, Command};
use crate::context::Ctx;
use crate::flags::{GLOBAL_FLAGS, Rest};
use crate::outcome::{Answer, Fault};

pub const COMMAND: Command = Command {
    name: "completions",
    summary: "Print a completion script for `cargo xtask`",
    usage: "bash | zsh | fish",
    flags: &[],
    examples: &[
        "cargo xtask completions bash >> ~/.bashrc",
        "cargo xtask completions fish | source",
    ],
    run,
};

fn run(_ctx: &Ctx, rest: Rest) -> Result<Answer> {
    let words = rest.words(COMMAND.name, 1)?;
    let script = match words.first().map(String::as_str) {
        Some("bash") => bash(),
        Some("zsh") => format!("autoload -U +X bashcompinit && bashcompinit\n{}", bash()),
        Some("fish") => fish(),
        _ => return Err(Fault::usage("name a shell: bash, zsh or fish").into()),
    };
    Ok(Answer::done(script.clone(), json!({ "script": script })))
}

/// `-t, --target NAME` → `--target`, and whether a value follows.
fn long(flag: &str) -> Option<&str> {
    flag.split([' ', ',']).find(|word| word.starts_with("--"))
}

fn bash() -> String {
    let names: Vec<&str> = COMMANDS.iter().map(|command| command.name).collect();
    let globals: Vec<&str> = GLOBAL_FLAGS.iter().filter_map(|(flag, _)| long(flag)).collect();
    let mut cases = String::new();
    for command in COMMANDS {
        let own: Vec<&str> = command.flags.iter().filter_map(|(flag, _)| long(flag)).collect();
        cases.push_str(&format!("    {}) words=\"{}\" ;;\n", command.name, own.join(" ")));
    }
    format!(
        "_cargo_xtask() {{\n  local words=\"\" current=\"${{COMP_WORDS[COMP_CWORD]}}\"\n  [ \"${{COMP_WORDS[1]}}\" = xtask ] || return\n  \
         if [ \"$COMP_CWORD\" -eq 2 ]; then words=\"{}\"; else case \"${{COMP_WORDS[2]}}\" in\n{cases}  esac; fi\n  \
         COMPREPLY=($(compgen -W \"$words {}\" -- \"$current\"))\n}}\ncomplete -o default -F _cargo_xtask cargo\n",
        names.join(" "),
        globals.join(" ")
    )
}

fn fish() -> String {
    let mut script = String::new();
    let escaped = |text: &str| text.replace('\'', "\\'");
    for command in COMMANDS {
        let (name, summary) = (command.name, escaped(command.summary));
        script.push_str(&format!(
            "complete -c cargo -n '__fish_seen_subcommand_from xtask' -f -a {name} -d '{summary}'\n"
        ));
        for (flag, meaning) in command.flags {
            if let Some(flag) = long(flag) {
                let (flag, meaning) = (flag.trim_start_matches('-'), escaped(meaning));
                script.push_str(&format!("complete -c cargo -n '__fish_seen_subcommand_from {name}' -l {flag} -d '{meaning}'\n"));
            }
        }
    }
    script
}
