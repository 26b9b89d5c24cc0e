//! What [`Dump::parse`] keeps, and what it must not be fooled by.

use super::*;

const HEAD: &str =
    "--\n-- PostgreSQL database dump\n--\n\n\\restrict aBcD\n\nSET statement_timeout = 0;\n\n";

fn dump(body: &str) -> Dump {
    Dump::parse(&format!(
        "{HEAD}{body}\n--\n-- PostgreSQL database dump complete\n--\n\n\\unrestrict aBcD\n"
    ))
}

fn entry(kind: &str, name: &str, sql: &str) -> String {
    format!("--\n-- Name: {name}; Type: {kind}; Schema: public; Owner: o\n--\n\n{sql}\n\n\n")
}

#[test]
fn random_tokens_and_order_do_not_matter() {
    let a = entry("TABLE", "a", "CREATE TABLE public.a (\n    id integer\n);");
    let b = entry("TABLE", "b", "CREATE TABLE public.b (\n    id integer\n);");
    let other = Dump::parse(&format!("{HEAD}{b}{a}").replace("aBcD", "xYz"));
    assert_eq!(dump(&format!("{a}{b}")), other);
    assert_eq!(other.entries().len(), 2);
}

#[test]
fn blank_lines_inside_a_function_body_are_kept() {
    let sql = "CREATE FUNCTION public.f() RETURNS void\n    LANGUAGE sql\n    AS $$\n\nSELECT 1;\n\n--\n$$;";
    let parsed = dump(&entry("FUNCTION", "f()", sql));
    assert_eq!(parsed.entries().values().next().map(String::as_str), Some(sql));
}

#[test]
fn a_name_may_hold_the_separators() {
    let parsed = dump(&entry("TABLE", "odd; Type: VIEW; Schema: x", "CREATE TABLE ..."));
    let key = parsed.entries().keys().next().expect("one entry");
    assert_eq!((key.kind.as_str(), key.name.as_str()), ("TABLE", "odd; Type: VIEW; Schema: x"));
}

#[test]
fn a_table_in_another_tablespace_is_not_equal() {
    let table = entry("TABLE", "a", "CREATE TABLE public.a ();");
    let here = dump(&format!("SET default_tablespace = '';\n\n{table}"));
    let there = dump(&format!("SET default_tablespace = fast;\n\n{table}"));
    assert_ne!(here, there);
}

#[test]
fn counts_are_by_kind() {
    let parsed = dump(&format!(
        "{}{}{}",
        entry("TABLE", "a", "x"),
        entry("TABLE", "b", "x"),
        entry("INDEX", "i", "x")
    ));
    assert_eq!(
        parsed.count_by_kind().into_iter().collect::<Vec<_>>(),
        [("INDEX".into(), 1), ("TABLE".into(), 2)]
    );
}

#[test]
fn order_that_means_nothing_can_be_left_out() {
    let dump = |columns: &str, options: &str| {
        let head = "--\n-- Name: t; Type: TABLE; Schema: public; Owner: o\n--\n\n";
        let sql = format!("CREATE TABLE public.t (\n{columns}\n)\nWITH ({options});\n");
        Dump::parse(&format!("{head}{sql}")).without_order()
    };
    let one = dump("    a integer,\n    b text", "x='1', y='2'");
    assert_eq!(one, dump("    b text,\n    a integer", "y='2', x='1'"));
    assert_ne!(one, dump("    a integer,\n    c text", "x='1', y='2'"));
    assert_ne!(one, dump("    a integer,\n    b text", "x='1', y='3'"));
}

#[test]
fn names_over_several_lines_are_in_no_order_either() {
    let dump = |columns: &str| {
        let head = "--\n-- Name: t; Type: TABLE; Schema: public; Owner: o\n--\n\n";
        let sql = format!("CREATE TABLE public.\"t\n(\" (\n{columns}\n);\n");
        Dump::parse(&format!("{head}{sql}")).without_order()
    };
    let one = dump("    \"a\n),\" integer,\n    b text");
    assert_eq!(one, dump("    b text,\n    \"a\n),\" integer"));
    assert_ne!(one, dump("    b text,\n    \"a\n),\" bigint"));
}
