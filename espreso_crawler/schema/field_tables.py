"""The record as Markdown tables, kept between two marks of `output/README.md`."""

from espreso_crawler.schema.shapes import Field, Shape, shapes

BEGIN = "<!-- fields: made from items.py by: python -m espreso_crawler.schema -->"
END = "<!-- end of fields -->"
TYPE_NAMES = {
    "str": "string",
    "bool": "boolean",
    "int": "integer",
    "float": "number",
    "date": "day",
    "datetime": "time",
}


def tables() -> str:
    """Return one table for each object shape, `Article` first."""
    *parts, article = shapes().values()
    return "\n\n".join(_table(shape) for shape in (article, *parts))


def with_tables(page: str) -> str:
    """Return a Markdown page with fresh tables between its marks; ValueError when it has none."""
    before, rest = page.split(BEGIN)
    _, after = rest.split(END)
    return f"{before}{BEGIN}\n\n{tables()}\n\n{END}{after}"


def _table(shape: Shape) -> str:
    rows = [f"| `{field.name}` | {_type(field)} | {_meaning(field)} |" for field in shape.fields]
    return "\n".join([f"### {shape.name}", "", shape.doc, "", "| field | type | meaning |", "|---|---|---|", *rows])


def _type(field: Field) -> str:
    name = f"[{field.shape}](#{field.shape.lower()})" if field.shape else TYPE_NAMES.get(_plain(field), "string")
    return (f"list of {name}" if field.repeated else name) + (" or null" if field.nullable else "")


def _plain(field: Field) -> str:
    return "str" if field.choices else str(field.type.__name__)


def _meaning(field: Field) -> str:
    words = f" One of {', '.join(f'`{word}`' for word in field.choices)}." if field.choices else ""
    return " ".join(field.doc.split()).replace("|", "\\|") + words
