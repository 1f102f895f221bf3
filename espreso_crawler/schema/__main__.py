"""Write what is made from `items.py` and the tables of settings; ``--check`` only tells which files differ."""

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path

import orjson

from espreso_crawler.schema import arrow, duckdb_view, field_tables, json_schema, settings_table

FOLDER = Path(__file__).parent
SETTINGS = FOLDER.parents[1] / "docs" / "settings.md"
EXTEND = FOLDER.parents[1] / "docs" / "extend.md"
OUTPUT_README = FOLDER.parents[1] / "output" / "README.md"


def main(arguments: list[str] | None = None) -> int:
    """Write or check the files; return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m espreso_crawler.schema", description=__doc__)
    parser.add_argument("--check", action="store_true", help="only tell which files differ")
    stale = list(stale_files())
    if parser.parse_args(arguments).check:
        for path, _ in stale:
            print(f"{path} differs from its source; write it again by: python -m espreso_crawler.schema")
        return 1 if stale else 0
    for path, content in stale:
        path.write_bytes(content)
        print(f"written: {path}")
    return 0


def stale_files() -> Iterator[tuple[Path, bytes]]:
    """Yield each file that is not what its source makes of it, with the bytes it should have."""
    for path, content in made_files():
        if not path.exists() or path.read_bytes() != content:
            yield path, content


def made_files() -> Iterator[tuple[Path, bytes]]:
    """Yield every file that is made, with its bytes."""
    yield FOLDER / "article.schema.json", _json(json_schema.document(strict=False))
    yield FOLDER / "article.strict.schema.json", _json(json_schema.document(strict=True))
    yield FOLDER / "articles.duckdb.sql", duckdb_view.views().encode()
    yield FOLDER / "article.arrow.json", _json(arrow.description())
    yield SETTINGS, settings_table.with_options(SETTINGS.read_text("utf-8")).encode()
    yield EXTEND, settings_table.with_refused(EXTEND.read_text("utf-8")).encode()
    yield OUTPUT_README, field_tables.with_tables(OUTPUT_README.read_text("utf-8")).encode()


def _json(document: dict[str, object]) -> bytes:
    return orjson.dumps(document, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)


if __name__ == "__main__":
    sys.exit(main())
