"""The docs as a site: it builds with strict links, loads nothing from elsewhere, and its generated parts are fresh."""

import os
import re
import subprocess
import sys
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType

import pytest

from tests.checkout import ROOT


def program(name: str) -> ModuleType:
    spec = spec_from_file_location(name, ROOT / "docs" / f"{name}.py")
    assert spec and spec.loader
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def site(tmp_path_factory) -> Path:
    target = tmp_path_factory.mktemp("docs")
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--quiet", "--site-dir", str(target)]
    done = subprocess.run(command, check=False, cwd=ROOT, capture_output=True, timeout=120, env={**os.environ, "NO_MKDOCS_2_WARNING": "1"})  # fmt: skip
    assert done.returncode == 0, done.stderr.decode()
    return target


def test_the_options_of_the_commands_are_those_of_the_docs():
    reference = program("reference")
    assert reference.PAGE.read_text("utf-8") == reference.page(), "run: .venv/bin/python docs/reference.py"


def test_every_page_is_built_and_in_the_navigation(site: Path):
    start = (site / "index.html").read_text("utf-8")
    linked = set(re.findall(r'href="([a-z/-]+\.html)"', start))
    pages = {str(path.relative_to(ROOT / "docs").with_suffix(".html")) for path in (ROOT / "docs").rglob("*.md")}
    assert {page.replace("README", "index") for page in pages} <= linked | {"index.html"}


def test_pages_from_outside_of_the_folder_link_to_pages_of_the_site(site: Path):
    start = (site / "index.html").read_text("utf-8")
    assert 'href="monitors.html"' in start
    assert 'href="record.html"' in start
    assert "README.md" not in re.findall(r'href="([^"]+)"', start)
    assert "date_published" in (site / "record.html").read_text("utf-8")


def test_the_python_api_shows_signatures_and_fields(site: Path):
    page = (site / "api.html").read_text("utf-8")
    assert 'id="espreso_crawler.extraction.extract"' in page
    assert 'id="espreso_crawler.items.Article.date_published"' in page


def test_the_site_loads_nothing_from_another_host(site: Path):
    loaded = [
        address
        for path in site.rglob("*.html")
        for address in re.findall(r'<(?:script|img)[^>]*src="(https?:[^"]+)|<link[^>]*rel="stylesheet"[^>]*href="(https?:[^"]+)', path.read_text("utf-8"))
    ]  # fmt: skip
    assert loaded == []


def test_the_search_knows_the_settings(site: Path):
    assert "ESPRESO_OPT_OUT" in (site / "search" / "search_index.json").read_text("utf-8")
