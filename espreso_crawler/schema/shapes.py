"""What `items.py` says about the record: every object shape, its fields, their types and docstrings."""

import ast
import dataclasses
import inspect
import types
from collections.abc import Iterator, Mapping
from functools import cache
from types import MappingProxyType
from typing import Any, Literal, NamedTuple, Union, get_args, get_origin, get_type_hints

from espreso_crawler import items
from espreso_crawler.fields import about_of


class Field(NamedTuple):
    """One field of a shape; `type` is its type without None and without the list that `repeated` tells."""

    name: str
    type: Any
    nullable: bool
    repeated: bool
    doc: str
    form: Mapping[str, Any] = MappingProxyType({})
    """What its type does not say, in the words of JSON Schema; of a list, the form of its members."""

    @property
    def choices(self) -> tuple[str, ...]:
        """The allowed words of a Literal; empty for any other type."""
        return get_args(self.type) if get_origin(self.type) is Literal else ()

    @property
    def shape(self) -> str | None:
        """Name of the object shape it holds; None for a plain value."""
        return str(self.type.__name__) if isinstance(self.type, type) and dataclasses.is_dataclass(self.type) else None


class Shape(NamedTuple):
    """One object shape of the record."""

    name: str
    doc: str
    fields: tuple[Field, ...]


@cache
def shapes() -> dict[str, Shape]:
    """Return the shapes by name, in the order of `items.py`: parts first, `Article` last."""
    tree = ast.parse(inspect.getsource(items))
    classes = [node for node in tree.body if isinstance(node, ast.ClassDef)]
    return {node.name: _shape(node) for node in classes}


def _shape(node: ast.ClassDef) -> Shape:
    cls = getattr(items, node.name)
    hints = get_type_hints(cls)
    docs = dict(_attribute_docs(node))
    fields = tuple(_field(each, hints[each.name], docs[each.name]) for each in dataclasses.fields(cls))
    return Shape(node.name, inspect.cleandoc(ast.get_docstring(node) or ""), fields)


def _attribute_docs(node: ast.ClassDef) -> Iterator[tuple[str, str]]:
    """Yield (name, docstring) of each annotated attribute; the docstring is the string that follows it."""
    for attribute, after in zip(node.body, node.body[1:], strict=False):
        if isinstance(attribute, ast.AnnAssign) and isinstance(attribute.target, ast.Name):
            text = after.value.value if isinstance(after, ast.Expr) and isinstance(after.value, ast.Constant) else ""
            yield attribute.target.id, inspect.cleandoc(str(text))


def _field(of: "dataclasses.Field[Any]", hint: Any, doc: str) -> Field:
    members = get_args(hint) if get_origin(hint) in (types.UnionType, Union) else (hint,)
    (kind,) = (member for member in members if member is not type(None))
    repeated = get_origin(kind) is list
    plain = get_args(kind)[0] if repeated else kind
    return Field(of.name, plain, type(None) in members, repeated, doc, about_of(of).form)
