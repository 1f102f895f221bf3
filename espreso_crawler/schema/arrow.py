"""The record as an Arrow schema: described in JSON for everybody, built for those who have pyarrow."""

from collections.abc import Iterable
from datetime import date, datetime
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

from espreso_crawler.schema.shapes import Field, shapes

if TYPE_CHECKING:
    import pyarrow as pa

Json = dict[str, Any]
# Type names of Arrow's integration-test JSON, its only written-down JSON form of a schema:
# https://arrow.apache.org/docs/format/Integration.html
PLAIN: dict[type, Json] = {
    str: {"name": "utf8"},
    bool: {"name": "bool"},
    int: {"name": "int", "bitWidth": 64, "isSigned": True},
    float: {"name": "floatingpoint", "precision": "DOUBLE"},
    date: {"name": "date", "unit": "DAY"},
    datetime: {"name": "timestamp", "unit": "SECOND", "timezone": "UTC"},
}
# The same names as pyarrow's aliases.
PYARROW = {"utf8": "string", "bool": "bool", "int": "int64", "floatingpoint": "float64", "date": "date32"}


def description() -> Json:
    """Return the schema as JSON; times are instants in UTC, since Arrow keeps one zone a column."""
    return {"schema": {"fields": [_field(field) for field in shapes()["Article"].fields]}}


def schema(fields: Iterable[Field] | None = None) -> "pa.Schema":
    """Return the schema of the record, or of other fields, as pyarrow has it; needs pyarrow."""
    import pyarrow as pa  # noqa: PLC0415 - no dependency: only readers who use Arrow have it

    return pa.schema([_built(_field(field)) for field in fields or shapes()["Article"].fields])


def table(file: str | Path) -> "pa.Table":
    """Return a file of the output as a table; needs pyarrow."""
    return table_of(Path(file).read_bytes(), schema())


def revisions(output: str | Path) -> "pa.Table":
    """Return every article line of an output folder as one table, in the order of the output; needs pyarrow."""
    import pyarrow as pa  # noqa: PLC0415

    files = sorted(Path(output).glob("articles/*/*.jsonl"), key=lambda path: path.name)
    own = schema()
    return pa.concat_tables([own.empty_table(), *(table_of(path.read_bytes(), own) for path in files)])


def articles(output: str | Path) -> "pa.Table":
    """Return the newest revision of each article that stands, as the DuckDB view `articles` has it; needs pyarrow."""
    everything = revisions(output)
    lines = everything.select(["id", "revision", "event", "retracts"]).to_pylist()
    taken_back = {(line["id"], revision) for line in lines for revision in line["retracts"] or ()}
    newest: dict[str, tuple[int, int]] = {}
    for place, line in enumerate(lines):
        key, revision = line["id"], line["revision"]
        if line["event"] != "retracted" and (key, revision) not in taken_back:
            newest[key] = max(newest.get(key, (0, 0)), (revision, place))
    ends = ("removed", "erased")
    return everything.take(sorted(place for _, place in newest.values() if lines[place]["event"] not in ends))


def table_of(lines: bytes, schema: "pa.Schema") -> "pa.Table":
    """Return JSON lines as a table of these types; needs pyarrow.

    Its JSON reader knows times but no days, so it reads days as text, which then become days. It gets everything as one
    block, because it refuses a line that is longer than its block.
    """
    import pyarrow as pa  # noqa: PLC0415
    from pyarrow import json  # noqa: PLC0415

    as_text = pa.schema([_with_days_as_text(field) for field in schema])
    if not lines:
        return schema.empty_table()
    return json.read_json(
        BytesIO(lines),
        read_options=json.ReadOptions(block_size=len(lines) + 1, use_threads=False),
        parse_options=json.ParseOptions(explicit_schema=as_text, unexpected_field_behavior="ignore"),
    ).cast(schema)


def _field(field: Field) -> Json:
    if field.repeated:
        member = _field(field._replace(name="item", repeated=False))
        return _node(field, {"name": "list"}, [member])
    if field.shape:
        parts = shapes()[field.shape].fields
        return _node(field, {"name": "struct"}, [_field(part) for part in parts])
    return _node(field, PLAIN[str if field.choices else field.type], [])


def _node(field: Field, kind: Json, children: list[Json]) -> Json:
    # All nullable: Arrow readers put nulls into the fields of an absent object.
    return {"name": field.name, "type": kind, "nullable": True, "children": children}


def _built(node: Json) -> "pa.Field":
    import pyarrow as pa  # noqa: PLC0415

    children = [_built(child) for child in node["children"]]
    match node["type"]["name"]:
        case "list":
            kind = pa.list_(children[0])
        case "struct":
            kind = pa.struct(children)
        case "timestamp":
            kind = pa.timestamp("s", tz="UTC")
        case name:
            kind = pa.type_for_alias(PYARROW[name])
    return pa.field(node["name"], kind)


def _with_days_as_text(field: "pa.Field") -> "pa.Field":
    import pyarrow as pa  # noqa: PLC0415

    kind = field.type
    if pa.types.is_struct(kind):
        kind = pa.struct([_with_days_as_text(part) for part in kind])
    elif pa.types.is_list(kind):
        kind = pa.list_(_with_days_as_text(kind.value_field))
    return field.with_type(pa.string() if pa.types.is_date32(kind) else kind)
