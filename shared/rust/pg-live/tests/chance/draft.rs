//! A schema while it is being written: what is there so far, and how to name
//! and to use it.

use super::dice::Dice;

/// What can be done with the values of a type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Class {
    Integer,
    Numeric,
    Text,
    Boolean,
    Time,
    Json,
    Range,
    Array,
    Enum,
    /// Compared, and nothing else.
    Other,
}

#[derive(Clone, Debug)]
pub struct Column {
    /// `t1.c2`, the name that choices know it by.
    pub slot: String,
    /// Ready for SQL.
    pub name: String,
    pub type_name: String,
    pub class: Class,
    pub is_not_null: bool,
    pub is_generated: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RelationKind {
    Table,
    Partitioned,
    Partition,
    Foreign,
    View,
    MaterializedView,
}

#[derive(Clone, Debug)]
pub struct Relation {
    pub slot: String,
    /// Qualified, ready for SQL.
    pub name: String,
    pub namespace: String,
    pub kind: RelationKind,
    pub is_unlogged: bool,
    pub columns: Vec<Column>,
    /// Columns of a key that a foreign key may point to.
    pub key: Vec<Column>,
}

impl Relation {
    /// One that no foreign key points to; `name` is qualified, and its
    /// namespace.
    pub fn new(
        slot: String,
        (name, namespace): (String, String),
        kind: RelationKind,
        columns: Vec<Column>,
    ) -> Relation {
        Relation { slot, name, namespace, kind, is_unlogged: false, columns, key: Vec::new() }
    }
}

/// Anything else that is made once and used later.
#[derive(Clone, Debug)]
pub struct Thing {
    pub slot: String,
    /// Qualified, with arguments where it has some.
    pub name: String,
    /// Values of an enum; empty otherwise.
    pub labels: Vec<String>,
}

pub struct Draft<'a> {
    pub dice: &'a Dice,
    pub major: u32,
    statements: Vec<String>,
    /// Names as SQL wants them.
    pub namespaces: Vec<String>,
    pub enums: Vec<Thing>,
    pub domains: Vec<(Thing, Class)>,
    pub composites: Vec<Thing>,
    pub ranges: Vec<Thing>,
    pub collations: Vec<Thing>,
    pub sequences: Vec<Thing>,
    /// `integer -> integer`, immutable, without what it is called with.
    pub integer_functions: Vec<Thing>,
    /// `text -> text`, immutable.
    pub text_functions: Vec<Thing>,
    pub trigger_functions: Vec<Thing>,
    /// Everything that runs, with its arguments, for grants and comments.
    pub routines: Vec<Thing>,
    pub relations: Vec<Relation>,
}

/// Odd names are where quoting, folding and truncation go wrong.
const ODD: [&str; 6] = [
    "Mixed Case",
    "select",
    "with\"quote",
    "Ünïcode",
    "a_name_so_long_that_whatever_is_put_behind_it_does_not_fit",
    "per%cent.dot",
];

impl<'a> Draft<'a> {
    pub fn new(dice: &'a Dice, major: u32) -> Draft<'a> {
        Draft {
            dice,
            major,
            statements: Vec::new(),
            namespaces: vec!["public".to_owned()],
            enums: Vec::new(),
            domains: Vec::new(),
            composites: Vec::new(),
            ranges: Vec::new(),
            collations: Vec::new(),
            sequences: Vec::new(),
            integer_functions: Vec::new(),
            text_functions: Vec::new(),
            trigger_functions: Vec::new(),
            routines: Vec::new(),
            relations: Vec::new(),
        }
    }

    pub fn text(self) -> String {
        self.statements.iter().map(|statement| format!("{statement};\n")).collect()
    }

    pub fn push(&mut self, statement: impl Into<String>) {
        self.statements.push(statement.into());
    }

    /// A slot's own name: the same in both schemas, now and then an odd one.
    pub fn own_name(&self, slot: &str) -> String {
        let last = slot.rsplit('.').next().unwrap_or(slot);
        let throw = self.dice.fixed(&format!("{slot} name"));
        if !throw.is_multiple_of(9) {
            return last.to_owned();
        }
        let odd = ODD[usize::try_from(throw / 9 % 6).expect("6")];
        quote(&format!("{odd}{last}"))
    }

    /// Qualified. A thing that moves to another namespace is another thing.
    pub fn name(&self, slot: &str) -> (String, String) {
        let key = format!("{slot} namespace");
        let namespace = self.dice.choose(&key, &self.namespaces, String::as_str);
        let namespace = namespace.cloned().unwrap_or_else(|| "public".to_owned());
        (format!("{namespace}.{}", self.own_name(slot)), namespace)
    }

    pub fn namespaces(&mut self) {
        for slot in ["ns1", "ns2"] {
            if self.dice.exists(slot, 60) {
                let name = self.own_name(slot);
                self.push(format!("CREATE SCHEMA {name}"));
                self.comment(slot, &format!("SCHEMA {name}"));
                self.namespaces.push(name);
            }
        }
    }

    /// Now and then a comment, with characters that want care.
    pub fn comment(&mut self, slot: &str, what: &str) {
        if !self.dice.chance(&format!("{slot} has a comment"), 15) {
            return;
        }
        let texts =
            ["'plain'", "'it''s quoted'", "E'two\\nlines'", "'back\\slash'", "'$$ -- ; /*'"];
        let text = self.dice.pick(&format!("{slot} comment"), &texts);
        self.push(format!("COMMENT ON {what} IS {text}"));
    }

    pub fn tables(&self) -> impl Iterator<Item = &Relation> {
        let is_table =
            |it: &&Relation| matches!(it.kind, RelationKind::Table | RelationKind::Partitioned);
        self.relations.iter().filter(is_table)
    }

    /// A condition over one of the columns, and nothing that is not immutable.
    pub fn condition(&self, key: &str, columns: &[Column]) -> Option<String> {
        let column = self.dice.choose(&format!("{key} column"), columns, |it| &it.slot)?;
        let name = &column.name;
        let key = format!("{key} condition");
        let text = match column.class {
            Class::Integer | Class::Numeric => {
                let number = self.dice.number(&format!("{key} number"), 4);
                let called = self.call(&key, column);
                let all = [
                    format!("{name} > {number}"),
                    format!("{name} IN (1, 2, 3, {number})"),
                    format!("{name} <> 17 AND {name} IS NOT NULL"),
                    called.map_or(format!("{name} < 1000"), |it| format!("{it} > {number}")),
                ];
                self.one(&key, &all)
            }
            Class::Text => {
                let called = self.call(&key, column);
                let all = [
                    format!("{name} <> ''"),
                    format!("char_length({name}) < 90"),
                    format!("{name} IN ('a', 'b', 'it''s')"),
                    called.map_or(format!("{name} LIKE 'v%'"), |it| format!("{it} <> 'x'")),
                ];
                self.one(&key, &all)
            }
            Class::Boolean => self.one(&key, &[name.clone(), format!("NOT {name}")]),
            Class::Time => format!("{name} > '2001-02-03'"),
            Class::Json => format!("{name} IS NOT NULL"),
            Class::Range => format!("NOT isempty({name}) OR {name} IS NULL"),
            Class::Array => format!("cardinality({name}) < 9"),
            Class::Enum | Class::Other => {
                let all = [format!("{name} IS NOT NULL"), format!("{name} IS NULL")];
                self.one(&key, &all)
            }
        };
        Some(text)
    }

    /// A function of ours around a column, where there is one for it.
    pub fn call(&self, key: &str, column: &Column) -> Option<String> {
        let functions = match column.type_name.as_str() {
            "integer" => &self.integer_functions,
            "text" => &self.text_functions,
            _ => return None,
        };
        let function = self.dice.choose(&format!("{key} function"), functions, |it| &it.slot)?;
        Some(format!("{}({})", function.name, column.name))
    }

    pub fn one(&self, key: &str, all: &[String]) -> String {
        let all: Vec<&str> = all.iter().map(String::as_str).collect();
        self.dice.pick(key, &all).to_owned()
    }

    /// A few of the columns, in an order of their own.
    pub fn some(&self, key: &str, columns: &[Column], most: u64) -> Vec<Column> {
        let count = 1 + self.dice.number(&format!("{key} count"), most);
        let mut left: Vec<Column> = columns.to_vec();
        let mut some = Vec::new();
        for number in 0..count {
            let chosen =
                self.dice.choose(&format!("{key} {number}"), &left, |it| &it.slot).cloned();
            let Some(chosen) = chosen else { break };
            left.retain(|it| it.slot != chosen.slot);
            some.push(chosen);
        }
        some
    }
}

pub fn quote(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

pub fn names(columns: &[Column]) -> String {
    columns.iter().map(|it| it.name.as_str()).collect::<Vec<_>>().join(", ")
}
