"""What the code says of itself, read from its source: every stat's name, every log line."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

from tests.checkout import ROOT

PACKAGE = ROOT / "espreso_crawler"
PREFIX = "espreso/"
LEVELS = frozenset({"debug", "info", "warning", "error", "critical", "exception", "log"})
# A value in a line: %s, %d, %.0f, %(name)s.
VALUE = re.compile(r"%(?:\(\w+\))?[-+ #0]*\d*(?:\.\d+)?[sdrf]")


class LogLine(NamedTuple):
    """A log line as docs/metrics.md lists it: … stands for a value, `log` for a level that depends."""

    where: str
    level: str
    line: str


def stats() -> set[str]:
    """Return the names that begin with `espreso/`; <> stands for a value in one."""
    return {
        name
        for path in files()
        for node in literals(path)
        if (name := text(node)) and name.startswith(PREFIX) and name != PREFIX
    }


def log_lines() -> set[LogLine]:
    """Return every call of a logger: its file in the package, its level, its words."""
    return {
        LogLine(path.relative_to(PACKAGE).as_posix(), call.func.attr, VALUE.sub("…", words(call)))
        for path in files()
        for call in nodes(path)
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute) and is_logging(call.func)
    }


def files() -> list[Path]:
    return sorted(PACKAGE.rglob("*.py"))


@cache
def tree(path: Path) -> ast.Module:
    """Return what a file says; each is read once for all rules."""
    return ast.parse(path.read_text("utf-8"), str(path))


@cache
def nodes(path: Path) -> list[ast.AST]:
    """Return every node of a file."""
    return list(ast.walk(tree(path)))


def literals(path: Path) -> Iterator[ast.expr]:
    """Yield strings and f-strings, but not the parts of an f-string."""
    parts = {id(part) for node in nodes(path) if isinstance(node, ast.JoinedStr) for part in node.values}
    kinds = (ast.Constant, ast.JoinedStr)
    yield from (node for node in nodes(path) if isinstance(node, kinds) and id(node) not in parts)


def text(node: ast.expr) -> str | None:
    if isinstance(node, ast.JoinedStr):
        return "".join(text(part) or "<>" for part in node.values)
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None


def is_logging(function: ast.Attribute) -> bool:
    owner = function.value
    name = owner.id if isinstance(owner, ast.Name) else owner.attr if isinstance(owner, ast.Attribute) else ""
    return function.attr in LEVELS and name.endswith("logger")


def words(call: ast.Call) -> str:
    """Return a call's words; `log` has its level before them."""
    assert isinstance(call.func, ast.Attribute)
    found = text(call.args[call.func.attr == "log"])
    assert found is not None, f"line {call.lineno}: a log line begins with words, values are its arguments"
    return found


class Row(NamedTuple):
    cells: tuple[str, ...]
    action: str


def rows(page: Path, heading: str) -> list[Row]:
    """Return the rows of the table below a heading; the last cell says what to do."""
    section = page.read_text("utf-8").partition(f"\n## {heading}\n")[2].partition("\n## ")[0]
    found = re.findall(r"^\| `(.+)\|$", section, re.MULTILINE)
    cells = [[cell.strip().strip("`") for cell in row.split(" | ")] for row in found]
    return [Row(tuple(row[:-1]), row[-1].strip()) for row in cells]
