"""The published files say what `items.py` says."""

import dataclasses

import jsonschema
import orjson
import pytest

from espreso_crawler import items
from espreso_crawler.schema.__main__ import FOLDER, made_files, main, stale_files
from espreso_crawler.schema.json_schema import document
from espreso_crawler.schema.rules import DEMANDS
from espreso_crawler.schema.shapes import shapes
from tests.articles import full_article
from tests.checkout import ROOT


def test_files_are_what_items_py_makes_of_them():
    assert [path.name for path, _ in stale_files()] == [], "run: python -m espreso_crawler.schema"


def test_check_names_a_stale_file_and_writes_nothing(monkeypatch, tmp_path, capsys):
    page = tmp_path / "README.md"
    page.write_text(
        "<!-- fields: made from items.py by: python -m espreso_crawler.schema -->\n<!-- end of fields -->\n"
    )
    before = page.read_bytes()
    monkeypatch.setattr("espreso_crawler.schema.__main__.OUTPUT_README", page)
    assert main(["--check"]) == 1
    assert "README.md" in capsys.readouterr().out
    assert page.read_bytes() == before
    assert main([]) == 0
    assert main(["--check"]) == 0


def test_every_field_has_a_docstring():
    undocumented = [
        f"{shape.name}.{field.name}" for shape in shapes().values() for field in shape.fields if not field.doc
    ]
    assert undocumented == []


def test_rules_name_existing_fields_only():
    demanded = {name for demand in DEMANDS.values() for name in (*demand.filled, *demand.empty)}
    assert demanded <= {field.name for field in dataclasses.fields(items.Article)}


def test_every_event_has_its_demands():
    events = document(strict=True)["properties"]["event"]["enum"]
    assert sorted(DEMANDS) == sorted(events)


@pytest.mark.parametrize("strict", [True, False])
def test_schema_is_valid_json_schema_2020_12(strict):
    jsonschema.Draft202012Validator.check_schema(document(strict=strict))


def test_every_object_shape_of_the_strict_schema_is_closed_and_requires_all_its_fields():
    schema = document(strict=True)
    for name, shape in {"Article": schema, **schema["$defs"]}.items():
        assert shape["additionalProperties"] is False, name
        assert shape["required"] == list(shape["properties"]), name


def test_published_schema_accepts_a_later_minor_version_with_a_new_field():
    record = orjson.loads(orjson.dumps(full_article())) | {"schema_version": "1.7", "mood": "sunny"}
    record |= {key: record[key].replace("+00:00", "Z") for key in ("fetched_at", "emitted_at")}
    record["feed"]["seen_at"] = "2024-11-02T10:00:00Z"
    jsonschema.Draft202012Validator(document(strict=False)).validate(record)


def test_made_files_lie_in_the_package_in_output_or_in_the_docs():
    assert {path.parent for path, _ in made_files()} == {FOLDER, ROOT / "output", ROOT / "docs"}
