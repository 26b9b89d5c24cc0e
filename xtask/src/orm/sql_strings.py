"""Prints the SQL that Python files hold as plain strings, as one JSON document.

    python SCRIPT '{"paths": ["services", "scripts/migrate_a.py"]}'

Whatever is put together at run time (f-strings, format(), %, +) is counted, not told: nobody knows
what it becomes. Never import or run a file.
"""

import ast
import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

Json = dict[str, Any]
# What a whole statement begins with; prose begins so only with luck.
STATEMENT = re.compile(
    r"\s*(?:--[^\n]*\n\s*)*"
    r"(?:SELECT\s|INSERT\s+INTO\s|DELETE\s+FROM\s|MERGE\s+INTO\s|UPDATE\s.+\sSET\s"
    r"|WITH\s+(?:RECURSIVE\s+)?\w+\s*(?:\([^)]*\)\s*)?AS\s)",
    re.DOTALL,
)
MADE = re.compile(
    r"CREATE\s+(?:\w+\s+){0,2}TABLE\s+(?:IF\s+NOT\s+EXISTS\s+)?(?:\w+\.)?(\w+)", re.IGNORECASE
)
SKIPPED_FOLDERS = {"tests", "test", "__pycache__", ".venv", "venv", "node_modules"}


def files_of(paths: list[str]) -> Iterator[Path]:
    """The Python files below some folders, without their tests."""
    for path in map(Path, paths):
        found = [path] if path.is_file() else sorted(path.rglob("*.py"))
        for file in found:
            parts = file.relative_to(path).parts if file != path else ()
            is_test = file.name.startswith("test_") or file.name == "conftest.py"
            if not is_test and not SKIPPED_FOLDERS & set(parts):
                yield file


def dynamic(tree: ast.Module) -> set[int]:
    """The nodes of strings that are only pieces, or stand for nothing by themselves."""
    found: set[int] = set()
    for node in ast.walk(tree):
        pieces: list[ast.AST] = []
        if isinstance(node, ast.JoinedStr):
            pieces = list(ast.walk(node))
        elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add | ast.Mod):
            pieces = [*ast.walk(node.left), *ast.walk(node.right)]
        elif isinstance(node, ast.Attribute) and node.attr in {"format", "replace", "join"}:
            pieces = [node.value]
        found |= {id(it) for it in pieces if isinstance(it, ast.Constant)}
    return found


def docstrings(tree: ast.Module) -> set[int]:
    """The nodes of strings that are statements of their own."""
    return {id(it.value) for it in ast.walk(tree) if isinstance(it, ast.Expr)}


def main() -> None:
    """One entry for each statement."""
    request: Json = json.loads(sys.argv[1])
    found: list[Json] = []
    built = 0
    for file in files_of(request["paths"]):
        try:
            text = file.read_text(encoding="utf-8")
            tree = ast.parse(text)
        except (OSError, SyntaxError, ValueError):
            continue
        pieces, words = dynamic(tree), docstrings(tree)
        made = sorted(set(MADE.findall(text)))
        lines = text.splitlines()
        for node in ast.walk(tree):
            if isinstance(node, ast.JoinedStr):
                first = node.values[0] if node.values else None
                head = first.value if isinstance(first, ast.Constant) else ""
                built += bool(isinstance(head, str) and STATEMENT.match(head))
                continue
            if not isinstance(node, ast.Constant) or not isinstance(node.value, str):
                continue
            if id(node) in words or not STATEMENT.match(node.value):
                continue
            if id(node) in pieces or "{" in node.value:
                built += 1
                continue
            # The lines of the string are those of the file where nothing was joined or escaped.
            is_plain = node.value.count("\n") == (node.end_lineno or node.lineno) - node.lineno
            source = lines[node.lineno - 1].encode()[node.col_offset :].decode()
            opening = re.match(r"[rRuU]?(\"\"\"|'''|\"|')", source)
            found.append(
                {
                    "file": str(file),
                    "line": node.lineno,
                    "column": node.col_offset + 1,
                    "opening": len(opening.group()) if opening else 0,
                    "is_plain": is_plain,
                    "sql": node.value,
                    "made": made,
                }
            )
    json.dump({"statements": found, "built": built}, sys.stdout)


main()
