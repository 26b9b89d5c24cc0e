//! Types and collations of columns: of one family, or not at all.
//!
//! Must never: call two spellings of one type different. PostgreSQL spelled
//! both.

use pg_diff::Catalog;
use pg_diff::catalog::{Id, Kind};

use super::super::finding::{Finding, Rule, Severity};
use super::Both;

pub fn check(both: &Both<'_>, found: &mut Vec<Finding>) {
    for it in both.columns() {
        let (model, database) = (&it.model.type_name, &it.database.type_name);
        if model != database {
            let has_asyncpg = both.sides.said.asyncpg;
            let of_domain = [(&both.sides.made.catalog, model), (both.sides.other, database)]
                .map(|(catalog, name)| behind_domain(catalog, name));
            let (severity, consequence) = match &of_domain {
                [one, other] if one.is_some() || other.is_some() => {
                    let base = |it: &Option<String>, name: &String| {
                        it.clone().unwrap_or_else(|| name.clone())
                    };
                    domains(&base(one, model), &base(other, database), has_asyncpg)
                }
                _ => judged(model, database, has_asyncpg),
            };
            found.push(
                Finding::new(severity, Rule::Type, &it.id)
                    .at(it.said.place.as_ref())
                    .values(model, database)
                    .because(consequence),
            );
        }
        // The collation of a view's column is its query's.
        if it.model.collation != it.database.collation && !both.is_view() {
            let of = |it: &Option<String>| it.clone().unwrap_or_else(|| "the default".to_owned());
            found.push(
                Finding::warning(Rule::Collation, &it.id)
                    .at(it.said.place.as_ref())
                    .values(of(&it.model.collation), of(&it.database.collation))
                    .because("text sorts and compares otherwise than the model says"),
            );
        }
    }
}

/// The type that a domain is made of.
fn behind_domain(catalog: &Catalog, name: &str) -> Option<String> {
    let (namespace, name) = name.split_once('.')?;
    let id = Id::new(Kind::Domain, namespace.trim_matches('"'), name.trim_matches('"'));
    Some(catalog.body(&id)?.domain()?.base_type.clone())
}

/// At least one side is a domain.
fn domains(model: &str, database: &str, has_asyncpg: bool) -> (Severity, String) {
    if model == database {
        let why = "values that the domain refuses are fine on the other side";
        return (Severity::Warning, why.to_owned());
    }
    judged(model, database, has_asyncpg)
}

/// How bad it is, and why.
fn judged(model: &str, database: &str, has_asyncpg: bool) -> (Severity, String) {
    let (one, other) = (Spelled::of(model), Spelled::of(database));
    if one.dimensions != other.dimensions {
        return (Severity::Error, "an array is no single value: reads and writes fail".to_owned());
    }
    if one.base == other.base {
        return same_base(&one, &other);
    }
    let families = (family(&one.base), family(&other.base));
    match families {
        (Family::Moment, Family::ZonedMoment) | (Family::ZonedMoment, Family::Moment) => {
            let severity = if has_asyncpg { Severity::Error } else { Severity::Warning };
            let why = if has_asyncpg {
                "asyncpg refuses times with a zone where there is none, and the other way round"
            } else {
                "times are shifted by the zone of the session"
            };
            (severity, why.to_owned())
        }
        (Family::Number, Family::Number) => (Severity::Warning, numbers(&one.base, &other.base)),
        (Family::Text, Family::Text) if is_unlimited(&one) && is_unlimited(&other) => {
            (Severity::Info, "both hold texts of any length".to_owned())
        }
        (Family::Text, Family::Text) => (Severity::Warning, texts(&one, &other)),
        (
            Family::Number | Family::Text | Family::Moment | Family::ZonedMoment | Family::Other(_),
            _,
        ) => {
            let shown = format!("values of type {database} are none of type {model}");
            (Severity::Error, format!("{shown}: comparing or writing them fails"))
        }
    }
}

fn is_unlimited(it: &Spelled) -> bool {
    it.modifier.is_none() && matches!(it.base.as_str(), "text" | "character varying")
}

fn same_base(model: &Spelled, database: &Spelled) -> (Severity, String) {
    let (said, real) = (model.modifier.as_deref(), database.modifier.as_deref());
    // A vector of another dimension is refused, as is one compared with it.
    if matches!(model.base.rsplit('.').next(), Some("vector" | "halfvec" | "sparsevec" | "bit")) {
        return (Severity::Error, "values of another dimension are refused".to_owned());
    }
    let first = |it: Option<&str>| -> Option<u32> { it?.split(',').next()?.trim().parse().ok() };
    let why = match (family(&model.base), first(said), first(real)) {
        (Family::Text, None, Some(length)) => {
            format!("texts over {length} characters are refused, and the model sets no limit")
        }
        (Family::Text, Some(limit), Some(length)) if limit > length => {
            format!("texts over {length} characters are refused, and the model allows {limit}")
        }
        (Family::Text, Some(limit), _) => {
            format!("others may write longer texts than the {limit} characters of the model")
        }
        (Family::Number, _, None) => "others may write values the model cannot hold".to_owned(),
        (Family::Number, ..) => {
            "numbers are rounded otherwise, and large ones are refused".to_owned()
        }
        _ => "values are rounded otherwise than the model says".to_owned(),
    };
    (Severity::Warning, why)
}

fn numbers(model: &str, database: &str) -> String {
    let bytes = |it: &str| match it {
        "smallint" => Some(2),
        "integer" => Some(4),
        "bigint" => Some(8),
        _ => None,
    };
    match (bytes(model), bytes(database)) {
        (Some(one), Some(other)) if one > other => {
            format!("numbers beyond {database} are refused")
        }
        (Some(_), Some(_)) => {
            format!("numbers beyond {model} come from the database, and parameters are cast to it")
        }
        _ => "values lose precision, or come as another Python type".to_owned(),
    }
}

fn texts(model: &Spelled, database: &Spelled) -> String {
    match &database.modifier {
        Some(length) if database.base != "text" => {
            format!("texts over {length} characters are refused")
        }
        _ if model.base == "character" || database.base == "character" => {
            "texts are padded with blanks on one side only".to_owned()
        }
        _ => "others may write longer texts than the model says".to_owned(),
    }
}

/// Types that stand in for each other.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Family {
    Number,
    Text,
    Moment,
    ZonedMoment,
    /// Only for itself.
    Other(String),
}

fn family(base: &str) -> Family {
    match base {
        "smallint" | "integer" | "bigint" | "numeric" | "real" | "double precision" => {
            Family::Number
        }
        "text" | "character varying" | "character" | "\"char\"" | "name" => Family::Text,
        "timestamp without time zone" => Family::Moment,
        "timestamp with time zone" => Family::ZonedMoment,
        other => Family::Other(other.to_owned()),
    }
}

/// `character varying(20)[]` taken apart.
struct Spelled {
    base: String,
    modifier: Option<String>,
    dimensions: usize,
}

impl Spelled {
    fn of(name: &str) -> Spelled {
        let mut rest = name;
        let mut dimensions = 0;
        while let Some(element) = rest.strip_suffix("[]") {
            rest = element;
            dimensions += 1;
        }
        // The modifier stands inside: `timestamp(3) with time zone`.
        let cut = rest.split_once('(').and_then(|(head, tail)| {
            let (modifier, end) = tail.split_once(')')?;
            Some((format!("{head}{end}"), modifier.to_owned()))
        });
        match cut.filter(|_| !rest.starts_with('"')) {
            Some((base, modifier)) => Spelled { base, modifier: Some(modifier), dimensions },
            None => Spelled { base: rest.to_owned(), modifier: None, dimensions },
        }
    }
}

#[cfg(test)]
mod tests {
    //! Which differences break, and which only come back later.

    use super::*;

    #[test]
    fn families_decide() {
        let severity = |model, database| judged(model, database, true).0;
        for (model, database) in [
            ("integer", "bigint"),
            ("character varying(20)", "text"),
            ("numeric", "numeric(5,2)"),
            ("timestamp with time zone", "timestamp(0) with time zone"),
            ("integer[]", "bigint[]"),
        ] {
            assert_eq!(severity(model, database), Severity::Warning, "{model} {database}");
        }
        for (model, database) in [
            ("uuid", "integer"),
            ("text", "integer[]"),
            ("json", "jsonb"),
            ("public.mood", "text"),
            ("public.vector(384)", "public.vector(768)"),
            ("timestamp without time zone", "timestamp with time zone"),
        ] {
            assert_eq!(severity(model, database), Severity::Error, "{model} {database}");
        }
        let zone = judged("timestamp without time zone", "timestamp with time zone", false);
        assert_eq!(zone.0, Severity::Warning);
    }
}
