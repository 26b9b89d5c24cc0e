//! Reading, from inside a transaction, what its last statement did.
//!
//! Only what we have locked is looked at: nothing can be read, rewritten or
//! dropped without a lock, so that the size of the schema costs nothing here.
//!
//! Must never: change anything, or take a lock that a later look would see.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use pg_diff::catalog::{Id, Kind};
use tokio_postgres::Row;

use super::certificate::{BuiltIndex, ObservedLock, StepCertificate};
use crate::error::Result;
use crate::lock::{Blocks, LockMode};
use crate::session::Session;

struct Known {
    id: Id,
    /// Of an index.
    table: Option<u32>,
    file: Option<u32>,
}

/// What there was before the plan, and what its transaction did so far.
pub(super) struct Observer {
    known: HashMap<u32, Known>,
    /// Files of indexes: one that an index made anew took over was not built.
    files: HashSet<u32>,
    /// Foreign keys that hold.
    foreign: HashSet<u32>,
    /// The strongest lock of this transaction.
    modes: BTreeMap<u32, LockMode>,
    /// Scans that were counted and not yet given to the shared statistics.
    scans: HashMap<u32, i64>,
}

/// One relation that our transaction has locked.
struct Sight {
    mode: LockMode,
    /// None: it is gone.
    kind: Option<String>,
    namespace: String,
    name: String,
    table: Option<u32>,
    file: Option<u32>,
    scans: i64,
}

impl Observer {
    pub(super) async fn new(session: &Session) -> Result<Observer> {
        // Without it nothing is counted. Who may not switch it on has it on,
        // or is told so: a certificate that saw no scan would be a lie.
        let row = session.query_one("SELECT current_setting('track_counts') = 'on'", &[]).await?;
        if !row.get::<_, bool>(0) {
            session.execute("SET track_counts = on").await?;
        }
        let mut observer = Observer {
            known: HashMap::new(),
            files: HashSet::new(),
            foreign: HashSet::new(),
            modes: BTreeMap::new(),
            scans: HashMap::new(),
        };
        for row in session.query(include_str!("base.sql"), &[]).await? {
            let (kind, namespace, name): (String, String, String) =
                (row.get(1), row.get(2), row.get(3));
            let Some(kind) = kind_of(&kind) else { continue };
            let known =
                Known { id: Id::new(kind, &namespace, &name), table: row.get(4), file: row.get(5) };
            if let (Kind::Index, Some(file)) = (kind, known.file) {
                observer.files.insert(file);
            }
            observer.known.insert(row.get(0), known);
        }
        observer.foreign = foreign_keys(session, None).await?.into_iter().map(|it| it.0).collect();
        Ok(observer)
    }

    /// Call right after BEGIN.
    pub(super) async fn begin(&mut self, session: &Session) -> Result<()> {
        self.modes.clear();
        if self.scans.is_empty() {
            return Ok(());
        }
        // Between two transactions the counts may have gone to the shared
        // statistics, or may not: that happens once a second.
        let relations: Vec<u32> = self.scans.keys().copied().collect();
        let sql = "SELECT it, pg_catalog.pg_stat_get_xact_numscans(it) FROM unnest($1::oid[]) it";
        let rows = session.query(sql, &[&relations]).await?;
        self.scans = rows.iter().map(|row| (row.get(0), row.get(1))).collect();
        Ok(())
    }

    /// Call after each statement, in its transaction.
    pub(super) async fn after(
        &mut self,
        session: &Session,
        step: usize,
        millis: u64,
    ) -> Result<StepCertificate> {
        let sights = sights(&session.query(include_str!("observe.sql"), &[]).await?);
        let before = self.modes.clone();
        for (oid, sight) in &sights {
            if self.known.contains_key(oid) {
                let mode = self.modes.entry(*oid).or_insert(sight.mode);
                *mode = sight.mode.max(*mode);
            }
        }
        let is_new = |oid: &u32, mode: &LockMode| before.get(oid).is_none_or(|it| it < mode);
        let pick = |wanted: &dyn Fn(&u32, &LockMode) -> bool| {
            let picked: BTreeMap<u32, LockMode> = self
                .modes
                .iter()
                .filter(|(oid, mode)| wanted(oid, mode))
                .map(|(oid, mode)| (*oid, *mode))
                .collect();
            self.locks(&picked)
        };
        let locks = pick(&is_new);
        let held = pick(&|oid, mode| !is_new(oid, mode) && mode.blocks() > Blocks::Ddl);
        let scans = self.read_scans(session, &sights).await?;
        let (rewrites, indexes_built) = self.read_files(&sights);
        Ok(StepCertificate {
            step,
            locks,
            held,
            rewrites,
            scans,
            indexes_built,
            millis,
            observed: true,
        })
    }

    /// Locks on tables, and on indexes where they say more.
    pub(super) fn locks(&self, modes: &BTreeMap<u32, LockMode>) -> Vec<ObservedLock> {
        let mut locks = Vec::new();
        for (oid, mode) in modes {
            let Some(known) = self.known.get(oid) else { continue };
            let (table, index) = match known.table {
                None => (known.id.clone(), None),
                Some(table) => {
                    let of_table = self.modes.get(&table).or_else(|| modes.get(&table));
                    if *mode < LockMode::ShareUpdateExclusive || of_table >= Some(mode) {
                        continue;
                    }
                    let Some(table) = self.known.get(&table) else { continue };
                    (table.id.clone(), Some(known.id.clone()))
                }
            };
            locks.push(ObservedLock { table, index, mode: *mode, blocks: mode.blocks() });
        }
        locks.sort();
        locks
    }

    /// New files of old relations, new indexes of old tables.
    fn read_files(&mut self, sights: &BTreeMap<u32, Sight>) -> (Vec<Id>, Vec<BuiltIndex>) {
        let (mut rewrites, mut built) = (Vec::new(), Vec::new());
        for (oid, sight) in sights {
            let Some(kind) = &sight.kind else { continue };
            if let Some(known) = self.known.get_mut(oid) {
                let is_new = sight.file.is_some() && known.file != sight.file;
                known.file = sight.file;
                if is_new && known.table.is_none() {
                    rewrites.push(known.id.clone());
                } else if is_new {
                    let index = known.id.clone();
                    let table = sight.table.and_then(|it| self.known.get(&it));
                    built.extend(table.map(|it| BuiltIndex { index, table: it.id.clone() }));
                }
            } else if let ("i", Some(table), Some(file)) = (kind.as_str(), sight.table, sight.file)
            {
                built.extend(self.meet_index(*oid, table, file, sight));
            }
        }
        self.files.extend(sights.values().filter(|it| it.table.is_some()).filter_map(|it| it.file));
        rewrites.sort();
        built.sort();
        (rewrites, built)
    }

    /// An index that was not there before; None when nobody waits for it.
    fn meet_index(&mut self, oid: u32, table: u32, file: u32, sight: &Sight) -> Option<BuiltIndex> {
        let table_id = self.known.get(&table)?.id.clone();
        let id = Id::new(Kind::Index, &sight.namespace, &sight.name);
        self.known.insert(oid, Known { id: id.clone(), table: Some(table), file: Some(file) });
        self.modes.insert(oid, sight.mode);
        (!self.files.contains(&file)).then_some(BuiltIndex { index: id, table: table_id })
    }

    /// Tables that the last statement read as a whole.
    async fn read_scans(
        &mut self,
        session: &Session,
        sights: &BTreeMap<u32, Sight>,
    ) -> Result<Vec<Id>> {
        let (mut scanned, mut touched) = (BTreeSet::new(), BTreeSet::new());
        for (oid, sight) in sights.iter().filter(|(_, sight)| sight.kind.is_some()) {
            let before = self.scans.insert(*oid, sight.scans).unwrap_or(0);
            if sight.scans <= before || !self.known.contains_key(oid) {
                continue;
            }
            touched.insert(sight.table.unwrap_or(*oid));
            if sight.table.is_none() {
                scanned.insert(*oid);
            }
        }
        // The check of a foreign key reads both tables. Here it ends at the
        // first, which has no row, and it may walk an index.
        if !touched.is_empty() {
            let touched: Vec<u32> = touched.into_iter().collect();
            for (key, table, referred) in foreign_keys(session, Some(&touched)).await? {
                if !self.foreign.contains(&key) {
                    scanned.extend([table, referred]);
                }
            }
            let keys = foreign_keys(session, Some(&touched)).await?;
            self.foreign.extend(keys.into_iter().map(|it| it.0));
        }
        let mut ids: Vec<Id> =
            scanned.iter().filter_map(|oid| Some(self.known.get(oid)?.id.clone())).collect();
        ids.sort();
        Ok(ids)
    }

    /// The relation of this name before the plan.
    pub(super) fn find(&self, id: &Id) -> Option<u32> {
        self.known.iter().find(|(_, known)| known.id == *id).map(|(oid, _)| *oid)
    }

    /// After a statement that ran outside of a transaction on these tables:
    /// the indexes it made, and their tables, which it read.
    pub(super) async fn meet_indexes(
        &mut self,
        session: &Session,
        tables: &[u32],
    ) -> Result<Vec<BuiltIndex>> {
        let rows = session.query(include_str!("indexes.sql"), &[&tables]).await?;
        let mut built = Vec::new();
        for row in rows {
            let (oid, file): (u32, u32) = (row.get(0), row.get(3));
            let sight = Sight {
                mode: LockMode::AccessShare,
                kind: Some("i".to_owned()),
                namespace: row.get(1),
                name: row.get(2),
                table: row.get(4),
                file: Some(file),
                scans: 0,
            };
            let (Some(table), false) = (sight.table, self.known.contains_key(&oid)) else {
                continue;
            };
            built.extend(self.meet_index(oid, table, file, &sight));
            self.files.insert(file);
        }
        built.sort();
        Ok(built)
    }
}

/// The rows of `observe.sql`, one relation each.
fn sights(rows: &[Row]) -> BTreeMap<u32, Sight> {
    let mut sights: BTreeMap<u32, Sight> = BTreeMap::new();
    for row in rows {
        let Some(mode) = LockMode::from_server(row.get(1)) else { continue };
        let sight = sights.entry(row.get(0)).or_insert_with(|| Sight {
            mode,
            kind: row.get(2),
            namespace: row.get::<_, Option<String>>(3).unwrap_or_default(),
            name: row.get::<_, Option<String>>(4).unwrap_or_default(),
            table: row.get(5),
            file: row.get(6),
            scans: row.get::<_, Option<i64>>(7).unwrap_or_default(),
        });
        sight.mode = sight.mode.max(mode);
    }
    sights
}

/// Key, its table, a table it refers to.
async fn foreign_keys(session: &Session, tables: Option<&[u32]>) -> Result<Vec<(u32, u32, u32)>> {
    let rows = session.query(include_str!("foreign_keys.sql"), &[&tables]).await?;
    Ok(rows.iter().map(|row| (row.get(0), row.get(1), row.get(2))).collect())
}

/// By `pg_class.relkind`; None for what nobody locks.
fn kind_of(relkind: &str) -> Option<Kind> {
    match relkind {
        "r" | "p" => Some(Kind::Table),
        "f" => Some(Kind::ForeignTable),
        "v" => Some(Kind::View),
        "m" => Some(Kind::MaterializedView),
        "S" => Some(Kind::Sequence),
        "i" | "I" => Some(Kind::Index),
        "c" => Some(Kind::Composite),
        _ => None,
    }
}
