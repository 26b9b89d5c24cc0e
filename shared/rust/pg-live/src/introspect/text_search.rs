//! Text search: parsers, templates, dictionaries, configurations.
//!
//! Must never: read the options of a dictionary: they are its template's.

use pg_diff::catalog::{Body, Definition, Kind, Object, TextSearchConfiguration};
use tokio_postgres::Row;

use super::draft::{Address, Draft, Held, class};
use super::{Read, Section};

pub(super) const PARSERS: Section =
    Section { sql: include_str!("text_search_parser.sql"), since: 14, read: read_parser };

pub(super) const TEMPLATES: Section =
    Section { sql: include_str!("text_search_template.sql"), since: 14, read: read_template };

pub(super) const DICTIONARIES: Section =
    Section { sql: include_str!("text_search_dictionary.sql"), since: 14, read: read_dictionary };

pub(super) const CONFIGURATIONS: Section = Section {
    sql: include_str!("text_search_configuration.sql"),
    since: 14,
    read: read_configuration,
};

fn read_parser(draft: &mut Draft, row: &Row) -> Read {
    add(draft, row, class::TEXT_SEARCH_PARSER, Kind::TextSearchParser, None);
    Ok(())
}

fn read_template(draft: &mut Draft, row: &Row) -> Read {
    add(draft, row, class::TEXT_SEARCH_TEMPLATE, Kind::TextSearchTemplate, None);
    Ok(())
}

fn read_dictionary(draft: &mut Draft, row: &Row) -> Read {
    add(draft, row, class::TEXT_SEARCH_DICTIONARY, Kind::TextSearchDictionary, row.get(5));
    Ok(())
}

/// OID, namespace, name, definition, address.
fn add(draft: &mut Draft, row: &Row, class: u32, kind: Kind, owner: Option<&str>) {
    let Some(id) = draft.id(kind, row.get(1), row.get(2)) else { return };
    let body = Definition { create: row.get(3), address: row.get(4) };
    let held = Held { owner, acl: None };
    draft.add(Address::of(class, row.get(0)), id, held, Body::Definition(body));
}

fn read_configuration(draft: &mut Draft, row: &Row) -> Read {
    let address = Address::of(class::TEXT_SEARCH_CONFIGURATION, row.get(0));
    let dictionaries: Option<Vec<String>> = row.get(6);
    let mapping = row.get::<_, Option<String>>(5).zip(dictionaries);
    if let Some(Object { body: Body::TextSearchConfiguration(it), .. }) = draft.object(address) {
        it.mappings.extend(mapping);
        return Ok(());
    }
    let kind = Kind::TextSearchConfiguration;
    let Some(id) = draft.id(kind, row.get(1), row.get(2)) else { return Ok(()) };
    let mappings = mapping.into_iter().collect();
    let body = TextSearchConfiguration { parser: row.get(4), mappings };
    let held = Held { owner: row.get(3), acl: None };
    draft.add(address, id, held, Body::TextSearchConfiguration(body));
    Ok(())
}
