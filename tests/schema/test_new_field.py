"""A new field of the record is said once, in `items.py`: schema, withholding, digests, monitors and docs follow."""

import json
import os
import subprocess
import sys
from pathlib import Path
from shutil import copyfile, copytree, ignore_patterns

import pytest

from espreso_crawler.schema.__main__ import made_files
from tests.checkout import ROOT

AFTER = '    """Text blocks joined by one blank line."""\n'
FIELD = '''    dateline: str | None = field(default=None, metadata=about(NOT_EMPTY, withheld=True, digest=text(8)))
    """Where it was written."""
'''
FIELDS = Path("output/README.md")
ASKED = """
import json
from espreso_crawler.items import article_digests
from espreso_crawler.monitors.observations import MEASURED
from espreso_crawler.pipelines.withhold import withhold
from espreso_crawler.record import encode
from espreso_crawler.schema.rules import DEMANDS
from espreso_crawler.schema.validator import problems
from tests.articles import full_article

item = full_article()
before = article_digests(item)
item.dateline = "Lviv"
found = {"valid": list(map(str, problems(encode(item))))}
after = article_digests(item)
found["digests"] = [before.text != after.text, before.record != after.record, "dateline" in after.fields]
item.dateline = ""
found["empty"] = [problem.field for problem in problems(encode(item))]
withhold(item)
found["withheld"] = [item.dateline, item.article_body, item.blocks, bool(item.headline)]
found["measured"] = "dateline" in MEASURED
found["removed"] = "dateline" in DEMANDS["removed"].empty
print(json.dumps(found))
"""


@pytest.fixture
def house(tmp_path: Path) -> Path:
    """Copy the package, with one more field in its record, and make what is made of it."""
    copytree(ROOT / "espreso_crawler", tmp_path / "espreso_crawler", ignore=ignore_patterns("__pycache__"))
    for path, _ in made_files():
        copy = tmp_path / path.relative_to(ROOT)
        copy.parent.mkdir(exist_ok=True)
        copyfile(path, copy)
    items = tmp_path / "espreso_crawler" / "items.py"
    before = items.read_text("utf-8")
    items.write_text(before.replace(AFTER, AFTER + FIELD, 1), "utf-8")
    assert items.read_text("utf-8") != before
    python(tmp_path, "-m", "espreso_crawler.schema")
    return tmp_path


def python(house: Path, *arguments: str) -> str:
    """Run Python on the copy."""
    paths = os.pathsep.join(map(str, (house, ROOT)))
    result = subprocess.run(
        [sys.executable, *arguments],
        cwd=house,
        env={**os.environ, "PYTHONPATH": paths},
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 0, result.stderr
    return result.stdout


def test_everything_that_is_derived_of_the_record_follows_a_new_field(house: Path):
    package = house / "espreso_crawler" / "schema"
    strict = json.loads((package / "article.strict.schema.json").read_text("utf-8"))
    assert strict["properties"]["dateline"] == {
        "description": "Where it was written.",
        "type": ["string", "null"],
        "minLength": 1,
    }
    assert "dateline: 'VARCHAR'" in (package / "articles.duckdb.sql").read_text("utf-8")
    assert '"name": "dateline"' in (package / "article.arrow.json").read_text("utf-8")
    assert "| `dateline` | string or null | Where it was written. |" in (house / FIELDS).read_text("utf-8")
    assert json.loads(python(house, "-c", ASKED)) == {
        "valid": [],
        "digests": [True, True, True],
        "empty": ["dateline"],
        "withheld": [None, None, [], True],
        "measured": True,
        "removed": True,
    }
