//! Argument types of routines, spelled so that two spellings can be compared.
//!
//! `f(a int, b public.mood[] DEFAULT '{}')` and the catalog's
//! `integer, public.mood[]` are told to be one.
//!
//! Must never: be the only thing that tells routines apart where the name
//! does. What is read here is good enough to choose among overloads.

use crate::scan::{Cursor, Lexer, Token, TokenKind, deeper, folded};

/// One argument, as written.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Argument {
    /// With its name read as part of the type, and without it.
    readings: [String; 2],
    is_out: bool,
}

/// What is in the parentheses behind the name of a routine.
pub fn read(mut cursor: Cursor<'_>) -> Vec<Argument> {
    let mut arguments = Vec::new();
    let mut own: Vec<Token> = Vec::new();
    let mut depth = 0;
    let text = cursor.text();
    while let Some(token) = cursor.next_token() {
        if depth == 0 && token.kind == TokenKind::Comma {
            arguments.push(argument(text, &own));
            own.clear();
        } else {
            own.push(token);
        }
        depth = deeper(depth, token.kind);
    }
    if !own.is_empty() {
        arguments.push(argument(text, &own));
    }
    arguments
}

/// True when these are the argument types that the catalog spells so.
pub fn are(arguments: &[Argument], spelled: &str) -> bool {
    let tokens: Vec<Token> = Lexer::new(spelled).collect();
    let wanted: Vec<String> =
        read(Cursor::new(spelled, &tokens)).into_iter().map(|it| it.readings[0].clone()).collect();
    let fits = |arguments: &[&Argument]| {
        arguments.len() == wanted.len()
            && arguments.iter().zip(&wanted).all(|(one, wanted)| one.readings.contains(wanted))
    };
    // Arguments that only come out are part of a procedure's name, and not of
    // a function's.
    let all: Vec<&Argument> = arguments.iter().collect();
    let inward: Vec<&Argument> = arguments.iter().filter(|one| !one.is_out).collect();
    fits(&all) || fits(&inward)
}

fn argument(text: &str, tokens: &[Token]) -> Argument {
    let is_end = |token: &Token| token.is(text, "default") || token.text(text) == "=";
    let end = tokens.iter().position(is_end).unwrap_or(tokens.len());
    let is_mode =
        |token: &Token| ["in", "out", "inout", "variadic"].iter().any(|mode| token.is(text, mode));
    let is_out = tokens.iter().take(end.min(2)).any(|token| token.is(text, "out"));
    // A mode stands before the name or behind it.
    let own: Vec<Token> = tokens[..end]
        .iter()
        .enumerate()
        .filter(|(place, token)| *place > 1 || !is_mode(token))
        .map(|(_, token)| *token)
        .collect();
    let without_name = own.get(1..).unwrap_or_default();
    Argument { readings: [type_name(text, &own), type_name(text, without_name)], is_out }
}

/// Small letters, no namespace, no modifier, PostgreSQL's own word for it.
fn type_name(text: &str, tokens: &[Token]) -> String {
    let mut words: Vec<String> = Vec::new();
    let mut depth = 0;
    let mut is_array = false;
    for token in tokens {
        if depth == 0 {
            if token.is_name() {
                words.push(folded(token.text(text), '\\'));
            } else if token.kind == TokenKind::Dot {
                words.pop();
            }
            is_array |= token.kind == TokenKind::OpenBracket || token.is(text, "array");
        }
        depth = deeper(depth, token.kind);
    }
    words.retain(|word| word != "array");
    let base = words.join(" ");
    let base = match base.as_str() {
        "int" | "int4" => "integer",
        "int8" => "bigint",
        "int2" => "smallint",
        "float8" | "float" => "double precision",
        "float4" => "real",
        "bool" => "boolean",
        "varchar" | "char varying" => "character varying",
        "char" | "bpchar" => "character",
        "decimal" | "dec" => "numeric",
        "timestamptz" => "timestamp with time zone",
        "timestamp" => "timestamp without time zone",
        "timetz" => "time with time zone",
        "time" => "time without time zone",
        "varbit" => "bit varying",
        other => other,
    };
    if is_array { format!("{base}[]") } else { base.to_owned() }
}
