"""Changes source files of models minimally, as text: what is not named stays as it was written.

    python SCRIPT REQUEST

The request is {"files": {name: text}, "edits": [...], "is_whole": false}. Each edit is answered
with the new text of its file, or with why there is none. With is_whole each edit works on what the
one before made of the file. Never read or write a file.
"""

import ast
import json
import re
import sys
from typing import Any

Json = dict[str, Any]


class CannotError(Exception):
    """The lines are not recognised, and stay as they are."""


class Source:
    """A text and its tree."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.tree = ast.parse(text)
        self.starts = [0]
        for line in text.splitlines(keepends=True):
            self.starts.append(self.starts[-1] + len(line))

    def at(self, line: int, column: int) -> int:
        """The character of a place of the tree, whose columns are bytes."""
        start = self.starts[line - 1]
        row = self.text[start : self.starts[line]] if line < len(self.starts) else ""
        return start + len(row.encode()[:column].decode())

    def span(self, node: ast.expr | ast.stmt | ast.keyword) -> tuple[int, int]:
        """From the first character of a node to behind its last."""
        end_line, end_column = node.end_lineno, node.end_col_offset
        if end_line is None or end_column is None:
            raise CannotError("the line is not recognised")
        return self.at(node.lineno, node.col_offset), self.at(end_line, end_column)

    def piece(self, node: ast.expr | ast.stmt) -> str:
        """A node as it is written."""
        start, end = self.span(node)
        return self.text[start:end]

    def replaced(self, start: int, end: int, by: str) -> str:
        """The text with a part replaced."""
        return self.text[:start] + by + self.text[end:]

    def without_lines(self, node: ast.stmt) -> str:
        """The text without the lines of a statement."""
        end = node.end_lineno or node.lineno
        return self.replaced(self.starts[node.lineno - 1], self.starts[end], "")

    def cls(self, name: str) -> ast.ClassDef:
        """A class by its name."""
        for node in ast.walk(self.tree):
            if isinstance(node, ast.ClassDef) and node.name == name:
                return node
        raise CannotError(f"there is no class `{name}`")

    def attribute(self, cls: str, name: str) -> ast.AnnAssign | ast.Assign:
        """The statement that makes an attribute of a class."""
        for node in self.cls(cls).body:
            if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
                if node.target.id == name:
                    return node
            elif isinstance(node, ast.Assign):
                targets = [it.id for it in node.targets if isinstance(it, ast.Name)]
                if targets == [name]:
                    return node
        raise CannotError(f"`{cls}` does not write `{name}` itself")


def call_of(node: ast.AnnAssign | ast.Assign) -> ast.Call | None:
    """The mapped_column() or Column() of an attribute."""
    value = node.value
    if value is None:
        return None
    function = value.func if isinstance(value, ast.Call) else None
    name = getattr(function, "attr", getattr(function, "id", ""))
    if isinstance(value, ast.Call) and name in {"mapped_column", "Column"}:
        return value
    raise CannotError("the attribute is made by something else than mapped_column()")


def is_type(node: ast.expr) -> bool:
    """Whether an argument of mapped_column() is its type."""
    if isinstance(node, ast.Constant | ast.Starred):
        return False
    function = node.func if isinstance(node, ast.Call) else node
    name = getattr(function, "attr", getattr(function, "id", ""))
    others = {"ForeignKey", "Identity", "Computed", "Sequence", "CheckConstraint", "FetchedValue"}
    return name not in others


def with_argument(source: Source, node: ast.AnnAssign | ast.Assign, said: str, first: bool) -> str:
    """With one more argument for mapped_column()."""
    call = call_of(node)
    if call is None:
        if not isinstance(node, ast.AnnAssign):
            raise CannotError("the attribute has no mapped_column()")
        _, end = source.span(node)
        return source.replaced(end, end, f" = mapped_column({said})")
    arguments: list[ast.expr | ast.keyword] = [*call.args, *call.keywords]
    if not arguments:
        _, end = source.span(call)
        return source.replaced(end - 1, end - 1, said)
    if first:
        is_name = isinstance(arguments[0], ast.Constant)
        if is_name:
            _, end = source.span(arguments[0])
            return source.replaced(end, end, f", {said}")
        start, _ = source.span(arguments[0])
        return source.replaced(start, start, f"{said}, ")
    _, end = source.span(arguments[-1])
    return source.replaced(end, end, f", {said}")


def without_argument(source: Source, call: ast.Call, argument: ast.expr | ast.keyword) -> str:
    """Without one argument, and without the comma that goes with it."""
    arguments: list[ast.expr | ast.keyword] = [*call.args, *call.keywords]
    at = arguments.index(argument)
    start, end = source.span(argument)
    if at > 0:
        _, start = source.span(arguments[at - 1])
    elif len(arguments) > 1:
        end, _ = source.span(arguments[1])
    return source.replaced(start, end, "")


def keyword(call: ast.Call | None, name: str) -> ast.keyword | None:
    """A named argument."""
    return next((it for it in call.keywords if it.arg == name), None) if call else None


def set_keyword(source: Source, edit: Json, name: str, value: str | None) -> str:
    """Sets, changes or takes away a named argument of mapped_column()."""
    node = source.attribute(edit["class"], edit["attribute"])
    call = call_of(node)
    found = keyword(call, name)
    if value is None:
        if found is None or call is None:
            raise CannotError(f"`{edit['attribute']}` does not say `{name}` itself")
        return without_argument(source, call, found)
    if found is not None:
        return source.replaced(*source.span(found.value), value)
    return with_argument(source, node, f"{name}={value}", first=False)


def set_type(source: Source, edit: Json) -> str:
    """Another type for a column."""
    node = source.attribute(edit["class"], edit["attribute"])
    call = call_of(node)
    found = next((it for it in call.args if is_type(it)), None) if call else None
    if found is not None:
        return source.replaced(*source.span(found), edit["type"])
    if call is not None and (named := keyword(call, "type_")) is not None:
        return source.replaced(*source.span(named.value), edit["type"])
    return with_argument(source, node, edit["type"], first=True)


def set_call(source: Source, edit: Json) -> str:
    """Another ForeignKey(), Computed() or Identity() of a column, one more, or none."""
    node = source.attribute(edit["class"], edit["attribute"])
    call = call_of(node)
    for it in call.args if call is not None else []:
        function = it.func if isinstance(it, ast.Call) else None
        if getattr(function, "attr", getattr(function, "id", "")) != edit["name"]:
            continue
        if edit["call"] is not None:
            return source.replaced(*source.span(it), edit["call"])
        if call is not None:
            return without_argument(source, call, it)
    if edit["call"] is None:
        raise CannotError(f"the column has no {edit['name']}() of its own")
    if call is None or not call.args:
        return with_argument(source, node, edit["call"], first=True)
    _, end = source.span(call.args[-1])
    return source.replaced(end, end, f", {edit['call']}")


def set_nullable(source: Source, edit: Json) -> str:
    """Whether None is allowed: by the annotation, else by an argument."""
    node = source.attribute(edit["class"], edit["attribute"])
    nullable: bool = edit["nullable"]
    call = call_of(node)
    if (found := keyword(call, "nullable")) is not None:
        source = Source(source.replaced(*source.span(found.value), str(nullable)))
        node = source.attribute(edit["class"], edit["attribute"])
    elif not isinstance(node, ast.AnnAssign):
        return set_keyword(source, edit, "nullable", str(nullable))
    if isinstance(node, ast.AnnAssign) and isinstance(node.annotation, ast.Subscript):
        inside = node.annotation.slice
        written = source.piece(inside)
        is_optional = re.search(r"\|\s*None\b|\bOptional\[", written) is not None
        if nullable and not is_optional:
            if isinstance(inside, ast.Constant):
                return source.replaced(*source.span(inside), repr_of(f"{inside.value!s} | None"))
            return source.replaced(*source.span(inside), f"{written} | None")
        if not nullable and is_optional:
            bare = re.sub(r"\s*\|\s*None\b", "", written)
            bare = re.sub(r"^Optional\[(.*)\]$", r"\1", bare)
            return source.replaced(*source.span(inside), bare)
    return source.text


def repr_of(text: str) -> str:
    """A string as the project's formatter writes it."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def last_column(source: Source, cls: ast.ClassDef) -> ast.stmt:
    """The last statement that makes a column."""
    found: ast.stmt | None = None
    for node in cls.body:
        if isinstance(node, ast.AnnAssign):
            words = source.piece(node)
            if "Mapped[" in words and "relationship(" not in words and "reference(" not in words:
                found = node if "owned(" not in words else found
        elif isinstance(node, ast.Assign) and "olumn(" in source.piece(node):
            found = node
        elif isinstance(node, ast.Assign) and found is None:
            names = [it.id for it in node.targets if isinstance(it, ast.Name)]
            found = node if "__tablename__" in names else None
    if found is None:
        raise CannotError("the class has no columns of its own")
    return found


def add_attribute(source: Source, edit: Json) -> str:
    """A column behind the last one."""
    cls = source.cls(edit["class"])
    last = last_column(source, cls)
    indent = " " * cls.body[0].col_offset
    _, end = source.span(last)
    return source.replaced(end, end, f"\n{indent}{edit['line']}")


def remove_attribute(source: Source, edit: Json) -> str:
    """A class without one of its columns."""
    return source.without_lines(source.attribute(edit["class"], edit["attribute"]))


def add_argument(source: Source, edit: Json) -> str:
    """One more constraint or index in __table_args__."""
    cls = source.cls(edit["class"])
    indent = " " * cls.body[0].col_offset
    said = edit["argument"]
    try:
        node = source.attribute(edit["class"], "__table_args__")
    except CannotError:
        tablename = source.attribute(edit["class"], "__tablename__")
        _, end = source.span(tablename)
        return source.replaced(end, end, f"\n{indent}__table_args__ = ({said},)")
    value = node.value
    if not isinstance(value, ast.Tuple):
        raise CannotError("`__table_args__` is no tuple")
    elements = value.elts
    if elements and isinstance(elements[-1], ast.Dict):
        start, _ = source.span(elements[-1])
        return source.replaced(start, start, f"{said}, ")
    if not elements:
        raise CannotError("`__table_args__` is empty")
    _, end = source.span(elements[-1])
    is_tall = value.end_lineno != value.lineno
    between = f",\n{indent}    " if is_tall else ", "
    return source.replaced(end, end, f"{between}{said}")


def remove_argument(source: Source, edit: Json) -> str:
    """A class without one of its constraints or indexes."""
    node = source.attribute(edit["class"], "__table_args__")
    value = node.value
    if not isinstance(value, ast.Tuple):
        raise CannotError("`__table_args__` is no tuple")
    name = edit["name"]
    for at, it in enumerate(value.elts):
        constants = [x.value for x in ast.walk(it) if isinstance(x, ast.Constant)]
        if name not in constants:
            continue
        if len(value.elts) == 1:
            return source.without_lines(node)
        start, end = source.span(it)
        if at + 1 < len(value.elts):
            end, _ = source.span(value.elts[at + 1])
        else:
            _, start = source.span(value.elts[at - 1])
        return source.replaced(start, end, "")
    raise CannotError(f"`__table_args__` does not name `{name}`")


def set_argument(source: Source, edit: Json) -> str:
    """Another constraint or index in the place of one."""
    value = source.attribute(edit["class"], "__table_args__").value
    for it in value.elts if isinstance(value, ast.Tuple) else []:
        if edit["name"] in [x.value for x in ast.walk(it) if isinstance(x, ast.Constant)]:
            return source.replaced(*source.span(it), edit["argument"])
    raise CannotError(f"`__table_args__` does not name `{edit['name']}`")


def with_import(text: str, module: str, name: str) -> str:
    """With a name imported, where it is not yet."""
    source = Source(text)
    bound = {it.name for it in ast.walk(source.tree) if isinstance(it, ast.ClassDef)}
    imports = [it for it in source.tree.body if isinstance(it, ast.Import | ast.ImportFrom)]
    for it in imports:
        names = {alias.asname or alias.name for alias in it.names}
        is_all = names == {"*"} and getattr(it, "module", None) == module
        bound |= {name} if is_all else names
    if name in bound:
        return text
    for it in imports:
        if isinstance(it, ast.ImportFrom) and it.module == module and it.level == 0:
            names = {*(alias.name for alias in it.names), name}
            if any(alias.asname for alias in it.names) or "#" in source.piece(it):
                continue
            line = f"from {module} import {', '.join(sorted(names, key=order))}"
            if len(line) > 100:
                body = "".join(f"    {one},\n" for one in sorted(names, key=order))
                line = f"from {module} import (\n{body})"
            return source.replaced(*source.span(it), line)
    line = f"from {module} import {name}"
    if not imports:
        return f"{line}\n{text}"
    # Standard modules come first, then the libraries.
    before = [it for it in imports if getattr(it, "module", "") < module]
    if before:
        _, end = source.span(before[-1])
        return source.replaced(end, end, f"\n{line}")
    start, _ = source.span(imports[0])
    return source.replaced(start, start, f"{line}\n")


def order(name: str) -> tuple[int, str]:
    """Constants, classes, the rest: as ruff sorts them."""
    return (0 if name.isupper() else 1 if name[:1].isupper() else 2, name)


ACTIONS = {
    "set_type": set_type,
    "set_nullable": set_nullable,
    "set_call": set_call,
    "set_default": lambda source, edit: set_keyword(
        source, edit, "server_default", edit["default"]
    ),
    "drop_keyword": lambda source, edit: set_keyword(source, edit, edit["keyword"], None),
    "add_attribute": add_attribute,
    "remove_attribute": remove_attribute,
    "add_argument": add_argument,
    "remove_argument": remove_argument,
    "set_argument": set_argument,
}


def edited(text: str, edit: Json) -> str:
    """What an edit makes of a file; it must be Python afterwards."""
    changed: str = ACTIONS[edit["action"]](Source(text), edit)
    for module, name in edit.get("imports", []):
        changed = with_import(changed, module, name)
    ast.parse(changed)
    return changed


def main() -> None:
    """One answer for each edit."""
    request: Json = json.loads(sys.argv[1])
    files: dict[str, str] = request["files"]
    answers: list[Json] = []
    for edit in request["edits"]:
        try:
            text = edited(files[edit["file"]], edit)
        except (CannotError, SyntaxError, KeyError, ValueError) as error:
            answers.append({"text": None, "why": str(error)})
            continue
        answers.append({"text": text, "why": None})
        if request["is_whole"]:
            files[edit["file"]] = text
    json.dump(answers, sys.stdout)


main()
