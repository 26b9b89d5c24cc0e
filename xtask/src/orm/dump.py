"""Prints what the SQLAlchemy models of a project say, as one JSON document.

    python SCRIPT '{"models": "package.models:Base", "paths": ["..."]}'

Never connect to a database, and never decide what is wrong: the tables go to PostgreSQL as DDL, and
whoever asked compares. Exit status 3: there is no SQLAlchemy 2 here.
"""

import ast
import contextlib
import importlib
import importlib.util
import json
import os
import re
import sys
import traceback
import warnings
from collections import Counter
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

try:
    from sqlalchemy import Column, Enum, MetaData, Sequence, Table, __version__
    from sqlalchemy.dialects import postgresql
    from sqlalchemy.dialects.postgresql import (
        DOMAIN,
        ENUM,
        CreateDomainType,
        CreateEnumType,
        ExcludeConstraint,
    )
    from sqlalchemy.orm import Mapper, configure_mappers, registry
    from sqlalchemy.schema import (
        AddConstraint,
        CheckConstraint,
        Computed,
        Constraint,
        CreateIndex,
        CreateSequence,
        CreateTable,
        DefaultClause,
        ForeignKeyConstraint,
        Identity,
        Index,
        PrimaryKeyConstraint,
        SetColumnComment,
        SetTableComment,
        UniqueConstraint,
    )
    from sqlalchemy.types import ARRAY, TypeDecorator
except ImportError as error:
    sys.stderr.write(f"{sys.executable}: {error}\n")
    sys.exit(3)

Json = dict[str, Any]
DIALECT = postgresql.dialect()  # type: ignore[no-untyped-call]
CONSTRAINTS = {
    PrimaryKeyConstraint: "primary",
    UniqueConstraint: "unique",
    CheckConstraint: "check",
    ForeignKeyConstraint: "foreign",
    ExcludeConstraint: "exclude",
}


# --- where things are written -------------------------------------------------------------------


@cache
def shown(file: str) -> str:
    """A path as people write it: from the current folder, where it lies below."""
    here = Path.cwd()
    path = Path(file).resolve()
    return str(path.relative_to(here) if path.is_relative_to(here) else path)


def place(file: str, node: ast.AST | None) -> Json:
    """Where a node begins; lines and columns count from 1."""
    line, column = (getattr(node, "lineno", 1), getattr(node, "col_offset", 0) + 1)
    return {"file": shown(file), "line": line, "column": column}


@cache
def tree_of(file: str) -> ast.Module:
    """The syntax tree of a file; an empty one where it cannot be read."""
    try:
        return ast.parse(Path(file).read_text(encoding="utf-8"))
    except (OSError, SyntaxError, ValueError):
        return ast.Module(body=[], type_ignores=[])


@cache
def classes_of(file: str) -> dict[str, ast.ClassDef]:
    """The classes of a file by qualified name."""
    found: dict[str, ast.ClassDef] = {}

    def walk(nodes: Iterable[ast.AST], prefix: str) -> None:
        for node in nodes:
            if isinstance(node, ast.ClassDef):
                found[prefix + node.name] = node
                walk(node.body, f"{prefix}{node.name}.")
            elif isinstance(node, ast.FunctionDef):
                walk(node.body, f"{prefix}{node.name}.<locals>.")
            elif isinstance(node, ast.If | ast.Try | ast.With):
                walk(ast.iter_child_nodes(node), prefix)

    walk(tree_of(file).body, "")
    return found


def is_theirs(file: str) -> bool:
    """Whether a file belongs to the project, not to a library."""
    return "site-packages" not in file and "dist-packages" not in file


def file_of(module: str) -> str | None:
    """The source of a module."""
    file = getattr(sys.modules.get(module), "__file__", None)
    return file if isinstance(file, str) and file.endswith(".py") else None


def sources(cls: type) -> Iterator[tuple[str, ast.ClassDef]]:
    """A class and those it inherits from, as they are written."""
    for it in cls.__mro__:
        file = file_of(it.__module__)
        if file and is_theirs(file) and (node := classes_of(file).get(it.__qualname__)):
            yield file, node


def attribute(node: ast.ClassDef, name: str) -> ast.stmt | None:
    """The statement of a class that makes an attribute."""
    for it in node.body:
        names: list[ast.expr]
        if isinstance(it, ast.AnnAssign):
            names = [it.target]
        elif isinstance(it, ast.Assign):
            names = it.targets
        elif isinstance(it, ast.FunctionDef) and it.name == name:
            return it
        else:
            continue
        if any(isinstance(target, ast.Name) and target.id == name for target in names):
            return it
    return None


def callee(node: ast.AST) -> str:
    """The last name of what is called."""
    if not isinstance(node, ast.Call):
        return ""
    function = node.func
    return getattr(function, "attr", getattr(function, "id", ""))


def first_text(node: ast.AST) -> str | None:
    """The first argument of a call, where it is a plain string."""
    first = node.args[0] if isinstance(node, ast.Call) and node.args else None
    if isinstance(first, ast.Constant) and isinstance(first.value, str):
        return first.value
    return None


def constants(node: ast.AST) -> list[Any]:
    """Every constant below a node."""
    return [it.value for it in ast.walk(node) if isinstance(it, ast.Constant)]


@cache
def calls_in(node: ast.AST) -> list[tuple[ast.Call, list[Any]]]:
    """Every call below a node, with its constants."""
    return [(it, constants(it)) for it in ast.walk(node) if isinstance(it, ast.Call)]


@cache
def table_calls() -> dict[str, tuple[str, ast.Call]]:
    """The calls of Table() in the project's modules, by the table's name."""
    found: dict[str, tuple[str, ast.Call]] = {}
    for module in list(sys.modules):
        file = file_of(module)
        if not file or not is_theirs(file) or file.startswith(sys.base_prefix):
            continue
        for node in ast.walk(tree_of(file)):
            if isinstance(node, ast.Call) and callee(node) == "Table":
                name = first_text(node)
                if name is not None:
                    found.setdefault(name, (file, node))
    return found


class Places:
    """Where the parts of one table are written."""

    def __init__(self, table: Table, mapper: "Mapper[Any] | None") -> None:
        self.cls = mapper.class_ if mapper else None
        self.call = table_calls().get(table.name)
        self.own = list(sources(self.cls)) if self.cls else []

    def table(self) -> Json | None:
        """The class, or the call of Table()."""
        if self.own:
            return place(*self.own[0])
        return place(*self.call) if self.call else None

    def column(self, attr: str, name: str) -> Json | None:
        """The attribute, or the call of Column()."""
        for file, node in self.own:
            if found := attribute(node, attr):
                return place(file, found)
        for file, written in self.tables():
            for it in ast.walk(written):
                if callee(it) == "Column" and first_text(it) == name:
                    return place(file, it)
        return self.table()

    def tables(self) -> Iterator[tuple[str, ast.AST]]:
        """What constraints and indexes are written in."""
        if self.call:
            yield self.call
        for file, node in self.own:
            for name in ("__table_args__", "__table__"):
                if found := attribute(node, name):
                    yield file, found

    def part(self, kind: str, name: str | None, columns: list[str], words: str) -> Json | None:
        """A constraint or an index: by its name, else by what is in it."""
        for file, node in self.tables():
            calls = calls_in(node)
            named = [it for it in calls if name is not None and name in it[1]]
            if named:
                # The innermost call that names it.
                return place(file, min(named, key=lambda it: len(it[1]))[0])
            for it, all_said in calls:
                said = [x for x in all_said if isinstance(x, str)]
                is_kind = callee(it).lower().startswith(kind)
                if is_kind and ((columns and set(columns) <= set(said)) or words in said):
                    return place(file, it)
        return None


# --- the models -----------------------------------------------------------------------------------


def import_models(spec: str) -> tuple[ModuleType, str]:
    """The module of MODULE[:ATTR], which may also be a file or a folder; and ATTR."""
    name, _, attr = spec.partition(":")
    path = Path(name)
    if path.suffix == ".py" or os.sep in name:
        path = path.resolve()
        parts = [path.stem] if path.suffix == ".py" else [path.name]
        parent = path.parent
        while (parent / "__init__.py").exists():
            parts.insert(0, parent.name)
            parent = parent.parent
        sys.path.insert(0, str(parent))
        name = ".".join(part for part in parts if part != "__init__")
    return importlib.import_module(name), attr


def values_of(module: ModuleType) -> Iterator[Any]:
    """What a package and its imported modules hold."""
    prefix = f"{module.__name__}."
    modules = [it for name, it in list(sys.modules.items()) if name.startswith(prefix)]
    for it in [module, *modules]:
        yield from list(vars(it).values())


def metadata_of(value: Any) -> MetaData | None:
    """The MetaData that something is or has."""
    if isinstance(value, MetaData):
        return value
    with contextlib.suppress(Exception):
        found = getattr(value, "metadata", None)
        return found if isinstance(found, MetaData) else None
    return None


def registry_of(value: Any) -> registry | None:
    """The registry that something is or has."""
    with contextlib.suppress(Exception):
        found = value if isinstance(value, registry) else getattr(value, "registry", None)
        return found if isinstance(found, registry) else None
    return None


def found_in(module: ModuleType, attr: str) -> tuple[list[MetaData], list[registry]]:
    """Every MetaData and registry that is meant, each once."""
    if attr:
        value: Any = module
        for part in attr.split("."):
            value = getattr(value, part)
        if metadata_of(value) is None:
            raise TypeError(f"`{attr}` is neither a declarative base nor a MetaData")
        values: list[Any] = [value]
    else:
        values = list(values_of(module))
    metadatas: dict[int, MetaData] = {}
    registries: dict[int, registry] = {}
    for value in values:
        metadata, mapped = metadata_of(value), registry_of(value)
        if metadata is not None:
            metadatas[id(metadata)] = metadata
        if mapped is not None:
            registries[id(mapped)] = mapped
    # Classes of a MetaData that was named alone are mapped all the same.
    for value in values_of(module):
        mapped = registry_of(value)
        if mapped is not None and id(mapped.metadata) in metadatas:
            registries[id(mapped)] = mapped
    return list(metadatas.values()), list(registries.values())


def fault(kind: str, error: BaseException, where: Json | None = None) -> Json:
    """What went wrong, and where in the project's own files."""
    if where is None and isinstance(error, SyntaxError) and error.filename:
        where = {
            "file": shown(error.filename),
            "line": error.lineno or 1,
            "column": error.offset or 1,
        }
    frames = traceback.extract_tb(error.__traceback__)
    theirs = [it for it in frames if Path(it.filename).exists() and is_theirs(it.filename)]
    theirs = [it for it in theirs if not it.filename.startswith(sys.base_prefix)]
    if where is None and theirs:
        last = theirs[-1]
        where = {"file": shown(last.filename), "line": last.lineno or 1, "column": 1}
    lines = str(error).strip().splitlines() or [""]
    name = type(error).__name__
    return {"kind": kind, "message": f"{name}: {lines[0]}", "place": where}


def unimported(module: ModuleType) -> list[Json]:
    """Modules of the package that describe tables and that nobody imported."""
    found: list[Json] = []
    for folder in getattr(module, "__path__", []):
        for file in sorted(Path(folder).rglob("*.py")):
            parts = [*file.relative_to(folder).with_suffix("").parts]
            if "tests" in parts or parts[-1].startswith("test_"):
                continue
            name = ".".join([module.__name__, *parts]).removesuffix(".__init__")
            if name in sys.modules or parts[-1] == "__main__":
                continue
            for cls in classes_of(str(file)).values():
                it = attribute(cls, "__tablename__")
                value = getattr(it, "value", None)
                if isinstance(value, ast.Constant):
                    where = place(str(file), cls)
                    found.append({"module": name, "table": value.value, "place": where})
    return found


# --- what they say --------------------------------------------------------------------------------


def inner(kind: Any) -> Any:
    """A type without what is wrapped around it."""
    while isinstance(kind, TypeDecorator | ARRAY):
        kind = kind.item_type if isinstance(kind, ARRAY) else kind.impl
    return kind


def enum_of(kind: Any) -> Json | None:
    """The labels that a column holds; native: those of a type of the database."""
    kind = inner(kind)
    if not isinstance(kind, Enum):
        return None
    if not getattr(kind, "native_enum", True):
        name = kind.name or ""
        return {"schema": None, "name": name, "native": False, "labels": list(kind.enums)}
    made = kind.dialect_impl(DIALECT)
    if not isinstance(made, ENUM) or not made.name:
        return None
    return {"schema": made.schema, "name": made.name, "native": True, "labels": list(made.enums)}


def python_default(column: Column[Any]) -> Json | None:
    """What the ORM itself puts into a column."""
    default = column.default
    if default is None:
        return None
    if isinstance(default, Sequence):
        return {"kind": "sequence", "text": default.name}
    if getattr(default, "is_scalar", False):
        return {"kind": "scalar", "text": repr(getattr(default, "arg", None))}
    if getattr(default, "is_callable", False):
        function = getattr(default, "arg", None)
        return {"kind": "callable", "text": getattr(function, "__name__", "a function")}
    return {"kind": "expression", "text": str(getattr(default, "arg", default))}


def column_of(column: Column[Any], attr: str, places: Places) -> Json:
    """One column, as far as DDL does not say it."""
    server = column.server_default
    is_plain = isinstance(server, DefaultClause)
    is_made = isinstance(server, Computed | Identity)
    return {
        "name": column.name,
        "attribute": attr,
        "place": places.column(attr, column.name),
        "nullable": bool(column.nullable),
        "python_default": python_default(column),
        "server_default": is_plain,
        # FetchedValue: the server fills it in, however.
        "fetched": server is not None and not is_plain and not is_made,
        "enum": enum_of(column.type),
    }


def constraint_of(constraint: Constraint, places: Places) -> Json | None:
    """One constraint that DDL makes."""
    kind = next((word for cls, word in CONSTRAINTS.items() if isinstance(constraint, cls)), None)
    if kind is None:
        return None
    columns = [it.name for it in getattr(constraint, "columns", [])]
    is_named = constraint.name is not None
    named = DIALECT.identifier_preparer.format_constraint(constraint) if is_named else None
    words = str(getattr(constraint, "sqltext", ""))
    name = named.strip('"') if named else None
    return {
        "kind": kind,
        "name": name,
        "columns": columns,
        "place": places.part(kind, name, columns, words),
    }


def index_of(index: Index, places: Places) -> Json:
    """One index."""
    columns = [name for it in index.expressions if (name := getattr(it, "name", None))]
    name = str(index.name) if index.name else None
    return {"name": name, "columns": columns, "place": places.part("index", name, columns, "")}


class Ddl:
    """The statements that make the tables, in an order that always works."""

    def __init__(self) -> None:
        self.types: dict[str, Json] = {}
        self.sequences: dict[str, Json] = {}
        self.tables: list[Json] = []
        self.parts: list[Json] = []
        self.faults: list[Json] = []

    def add(self, to: list[Json], what: Any, table: str, about: str, where: Json | None) -> None:
        """A statement, or why there is none."""
        try:
            sql = str(what.compile(dialect=DIALECT)).strip()
        except Exception as error:  # noqa: BLE001  any of their own types may fail
            failed = fault("ddl", error, where)
            self.faults.append({**failed, "table": table, "about": about})
        else:
            to.append({"table": table, "about": about, "sql": sql, "place": where})

    def type_of(self, column: Column[Any], key: str, where: Json | None) -> None:
        """The enum or domain that a column needs and the models make."""
        kind = inner(column.type)
        made = kind.dialect_impl(DIALECT) if isinstance(kind, Enum) else kind
        create: Any = None
        if isinstance(made, ENUM) and made.create_type and enum_of(kind):
            create = CreateEnumType(made)
        elif isinstance(made, DOMAIN) and made.create_type:
            create = CreateDomainType(made)
        if create is not None and isinstance(made, ENUM | DOMAIN):
            name = f"{made.schema or ''}.{made.name}"
            statements: list[Json] = []
            self.add(statements, create, key, "type", where)
            for it in statements:
                entry = {**it, "schema": made.schema, "name": made.name}
                self.types.setdefault(name, entry)

    def table(self, table: Table, said: Json) -> None:
        """A table, then what needs other tables."""
        key, where = table.key, said["place"]
        places = {it["name"]: it["place"] for it in said["columns"]}
        for column in table.columns:
            self.type_of(column, key, places.get(column.name, where))
            if isinstance(column.default, Sequence):
                name = str(column.default.name)
                statements: list[Json] = []
                self.add(statements, CreateSequence(column.default), key, "sequence", where)
                for it in statements:
                    entry = {**it, "schema": column.default.schema, "name": name}
                    self.sequences.setdefault(name, entry)
        create = CreateTable(table, include_foreign_key_constraints=[])
        self.add(self.tables, create, key, "table", where)
        for key_of in sorted(table.foreign_key_constraints, key=order):
            columns = [it.name for it in key_of.columns]
            at = places.get(columns[0], where) if columns else where
            about = f"foreign key ({', '.join(columns)})"
            self.add(self.parts, AddConstraint(key_of), key, about, at)
        for index in sorted(table.indexes, key=lambda it: str(it.name)):
            # How it is built is nothing that the index is, and no transaction takes it.
            index.dialect_options["postgresql"]["concurrently"] = False
            self.add(self.parts, CreateIndex(index), key, f"index {index.name}", where)
        if table.comment:
            self.add(self.parts, SetTableComment(table), key, "comment", where)
        for column in table.columns:
            if column.comment:
                at = places.get(column.name, where)
                self.add(self.parts, SetColumnComment(column), key, "comment", at)


def order(constraint: Constraint) -> tuple[str, str, list[str]]:
    """SQLAlchemy keeps them in sets: what is said must not depend on the run."""
    columns = getattr(constraint, "columns", ())
    return type(constraint).__name__, str(constraint.name), [str(it.name) for it in columns]


def table_of(table: Table, mapper: "Mapper[Any] | None") -> Json:
    """One table: who maps it, where, and what its parts are."""
    places = Places(table, mapper)
    attributes = {id(column): key for key, column in mapper.columns.items()} if mapper else {}
    constraints = [constraint_of(it, places) for it in sorted(table.constraints, key=order)]
    return {
        "key": table.key,
        "schema": table.schema,
        "name": table.name,
        "class": mapper.class_.__name__ if mapper else None,
        "place": places.table(),
        "is_view": bool(table.info.get("is_view")),
        "columns": [column_of(it, attributes.get(id(it), it.key), places) for it in table.columns],
        "constraints": [it for it in constraints if it],
        "indexes": [
            index_of(it, places) for it in sorted(table.indexes, key=lambda it: str(it.name))
        ],
    }


def relationships(mappers: list["Mapper[Any]"]) -> Iterator[Json]:
    """What the mapped classes say of each other."""
    for mapper in mappers:
        for it in mapper.relationships:
            if it.parent is not mapper or it.viewonly:
                continue
            own = list(sources(mapper.class_))
            found = ((file, made) for file, node in own if (made := attribute(node, it.key)))
            # A backref is written at the other class.
            file, node = next(found, own[0] if own else ("", None))
            pairs = [
                {
                    "local_table": getattr(getattr(local, "table", None), "key", ""),
                    "remote_table": getattr(getattr(remote, "table", None), "key", ""),
                    "remote": getattr(remote, "name", ""),
                }
                for local, remote in it.local_remote_pairs or []
            ]
            yield {
                "class": mapper.class_.__name__,
                "attribute": it.key,
                "place": place(file, node) if file else None,
                "direction": it.direction.name,
                "target": it.mapper.class_.__name__,
                "has_secondary": it.secondary is not None,
                "cascade_delete": it.cascade.delete,
                "passive_deletes": bool(it.passive_deletes),
                "pairs": pairs,
            }


def blamed(message: str, cls: str, node: ast.ClassDef, is_named: bool) -> ast.stmt | None:
    """The attribute of a class that SQLAlchemy complains about."""
    quoted = set(re.findall(r"'([^'\s]+)'", message))
    for it in node.body:
        name = getattr(getattr(it, "target", None), "id", None)
        if name and f"{cls}.{name} " in f"{message} ":
            return it
    for it in node.body:
        words = {word for word in constants(it) if isinstance(word, str)}
        if is_named and isinstance(it, ast.AnnAssign) and quoted & words:
            return it
    return None


def configured(mappers: list["Mapper[Any]"]) -> Json | None:
    """What SQLAlchemy says against the mappings, which the first query would say."""
    try:
        configure_mappers()
    except Exception as error:  # noqa: BLE001  whatever it is, a query would meet it
        message = str(error)
        named = [it for it in mappers if f"Mapper[{it.class_.__name__}(" in message]
        for mapper in mappers:
            for file, node in sources(mapper.class_):
                if found := blamed(message, mapper.class_.__name__, node, mapper in named):
                    return fault("mapping", error, place(file, found))
        own = next((source for it in named for source in sources(it.class_)), None)
        return fault("mapping", error, place(*own) if own else None)
    return None


def base_of(mappers: list["Mapper[Any]"], module: ModuleType, attr: str) -> Json | None:
    """The declarative base that most classes inherit from; else the one that was named."""
    bases: Counter[tuple[str, str]] = Counter()
    for mapper in mappers:
        own = (it for it in mapper.class_.__mro__[1:] if "metadata" in vars(it))
        bases.update((it.__module__, it.__name__) for it in list(own)[:1])
    if bases:
        (where, name), _ = bases.most_common(1)[0]
        return {"module": where, "name": name}
    is_base = bool(attr) and isinstance(getattr(module, attr, None), type)
    return {"module": module.__name__, "name": attr} if is_base else None


def document(request: Json) -> Json:
    """Everything that is asked for."""
    said: Json = {"sqlalchemy": __version__, "faults": [], "tables": [], "relationships": []}
    said["asyncpg"] = importlib.util.find_spec("asyncpg") is not None
    said["unimported"], said["statements"] = [], []
    said["types"], said["sequences"], said["base"] = [], [], None
    try:
        module, attr = import_models(request["models"])
        metadatas, registries = found_in(module, attr)
    except (Exception, SystemExit) as error:  # noqa: BLE001  importing runs their code
        name = request["models"].partition(":")[0]
        missing = getattr(error, "name", None)
        is_absent = isinstance(error, ModuleNotFoundError) and (
            missing is not None and f"{name}.".startswith(f"{missing}.")
        )
        said["faults"].append(fault("absent" if is_absent else "import", error))
        return said
    mappers: list[Mapper[Any]] = [it for found in registries for it in found.mappers]
    mappers.sort(key=lambda it: (it.class_.__module__, it.class_.__qualname__))
    if failed := configured(mappers):
        said["faults"].append(failed)
    else:
        said["relationships"] = list(relationships(mappers))
    said["unimported"] = unimported(module)
    said["base"] = base_of(mappers, module, attr)
    by_table = {id(it.local_table): it for it in reversed(mappers)}
    ddl = Ddl()
    seen: set[str] = set()
    for table in (it for metadata in metadatas for it in metadata.tables.values()):
        if table.key in seen:
            continue
        seen.add(table.key)
        one = table_of(table, by_table.get(id(table)))
        ddl.table(table, one)
        said["tables"].append(one)
    said["types"] = list(ddl.types.values())
    said["sequences"] = list(ddl.sequences.values())
    said["statements"] = ddl.tables + ddl.parts
    said["faults"] += ddl.faults
    return said


def main() -> None:
    """Keeps stdout for the document: modules may print when they are imported."""
    request = json.loads(sys.argv[1])
    for path in reversed(request["paths"]):
        if path not in sys.path:
            sys.path.insert(0, path)
    # SQLAlchemy 2.1 knows columns that are computed when they are read, which is since 18.
    if hasattr(DIALECT, "supports_virtual_generated_columns"):
        DIALECT.supports_virtual_generated_columns = request["major"] >= 18
    with contextlib.redirect_stdout(sys.stderr), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        said = document(request)
    json.dump(said, sys.stdout)


main()
