//! Grants: what `aclitem` spells as `role=arwd*/grantor`.
//!
//! Must never: keep a grantor, or what PostgreSQL gives by itself.

use pg_diff::catalog::{Grant, GrantList, Grantee, Id, Kind, built_in_grants};

use super::draft::Held;

/// None for what PostgreSQL gives to every object of the kind.
pub(super) fn read(id: &Id, held: Held<'_>, major: u32) -> Option<GrantList> {
    let grants = list(held.acl?, held.owner);
    // What initdb gave on `public` is not what it gives on others: there
    // nothing goes without saying.
    let is_public = id.kind == Kind::Namespace && &*id.name == "public";
    (is_public || grants != built_in_grants(id.kind, major)).then_some(grants)
}

/// Sorted, each grantee and privilege once.
pub(super) fn list(acl: &[String], owner: Option<&str>) -> GrantList {
    let mut grants: GrantList = acl.iter().flat_map(|item| grants_of(item, owner)).collect();
    // Of one privilege from two grantors the one that can be passed on stays.
    grants.sort_unstable_by(|a, b| {
        let key = |it: &Grant| (it.grantee.clone(), it.privilege.clone(), !it.grantable);
        key(a).cmp(&key(b))
    });
    grants.dedup_by(|a, b| a.grantee == b.grantee && a.privilege == b.privilege);
    grants
}

fn grants_of(item: &str, owner: Option<&str>) -> Vec<Grant> {
    let (name, rest) = name(item);
    let grantee = if name.is_empty() {
        Grantee::Public
    } else if Some(name.as_str()) == owner {
        Grantee::Owner
    } else {
        Grantee::Role(name)
    };
    let letters = rest.strip_prefix('=').unwrap_or(rest);
    let mut letters = letters.chars().take_while(|letter| *letter != '/').peekable();
    let mut grants = Vec::new();
    while let Some(letter) = letters.next() {
        let grantable = letters.next_if_eq(&'*').is_some();
        let privilege = privilege(letter).to_owned();
        grants.push(Grant { grantee: grantee.clone(), privilege, grantable });
    }
    grants
}

/// A role's name and what follows it. Quoted like an identifier where it is
/// not only letters, digits and underscores.
fn name(item: &str) -> (String, &str) {
    let Some(quoted) = item.strip_prefix('"') else {
        let (name, _) = item.split_once('=').unwrap_or((item, ""));
        return (name.to_owned(), &item[name.len()..]);
    };
    let mut name = String::new();
    let mut rest = quoted;
    while let Some((before, after)) = rest.split_once('"') {
        name.push_str(before);
        rest = after;
        match after.strip_prefix('"') {
            Some(more) => rest = more,
            None => break,
        }
        name.push('"');
    }
    (name, rest)
}

/// Source: chapter "Privileges" of the manual, table "ACL Privilege
/// Abbreviations".
fn privilege(letter: char) -> &'static str {
    match letter {
        'r' => "SELECT",
        'a' => "INSERT",
        'w' => "UPDATE",
        'd' => "DELETE",
        'D' => "TRUNCATE",
        'x' => "REFERENCES",
        't' => "TRIGGER",
        'C' => "CREATE",
        'c' => "CONNECT",
        'T' => "TEMPORARY",
        'X' => "EXECUTE",
        'U' => "USAGE",
        's' => "SET",
        'A' => "ALTER SYSTEM",
        'm' => "MAINTAIN",
        _ => "unknown to this tool",
    }
}

#[cfg(test)]
mod tests {
    use pg_diff::catalog::{Grant, Grantee, Id, Kind};

    use super::{Held, list, read};

    fn grant(grantee: Grantee, privilege: &str, grantable: bool) -> Grant {
        Grant { grantee, privilege: privilege.to_owned(), grantable }
    }

    #[test]
    fn an_acl_is_a_list_of_grants() {
        let acl = ["me=r*w/me", "=U/me", r#""a ""b"" =c"=r/"other one""#, "you=X/me", "you=X*/you"];
        let role = |name: &str| Grantee::Role(name.to_owned());
        let expected = [
            grant(Grantee::Owner, "SELECT", true),
            grant(Grantee::Owner, "UPDATE", false),
            grant(Grantee::Public, "USAGE", false),
            grant(role(r#"a "b" =c"#), "SELECT", false),
            grant(role("you"), "EXECUTE", true),
        ];
        assert_eq!(list(&acl.map(str::to_owned), Some("me")), expected);
        assert_eq!(list(&[], Some("me")), []);
    }

    #[test]
    fn what_everything_has_is_not_said() {
        let acl = ["me=UC/me".to_owned()];
        let held = Held { owner: Some("me"), acl: Some(&acl) };
        assert_eq!(read(&Id::global(Kind::Namespace, "a"), held, 15), None);
        assert!(read(&Id::global(Kind::Namespace, "public"), held, 15).is_some());
        assert_eq!(read(&Id::global(Kind::Namespace, "public"), Held::default(), 15), None);
        assert!(read(&Id::global(Kind::Server, "a"), held, 15).is_some());
        let nothing = Held { owner: Some("me"), acl: Some(&[]) };
        assert_eq!(read(&Id::global(Kind::Namespace, "a"), nothing, 15), Some(Vec::new()));
    }
}
