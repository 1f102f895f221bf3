"""docs/extend.md in a project of its own: the wheel, Scrapy's template, the files of the page, a crawl."""

import os
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from tests import forked
from tests.checkout import ROOT
from tests.crawls import NO_WAITING, PAGE, Desk, page_requests
from tests.site import DemoSite, running, small
from tests.waiting import PATIENCE

FENCE = re.compile(r"^```python\n# (\S+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
COUNT = 12


def run(command: list[str], folder: Path, installed: Path | None = None) -> subprocess.CompletedProcess[bytes]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("ESPRESO_", "SCRAPY_"))}
    environment["PYTHONPATH"] = str(installed or "")
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, check=False, timeout=120)


@pytest.fixture(scope="module")
def installed(tmp_path_factory) -> Path:
    """Build the wheel of a copy, and install it into a folder that comes before everything else."""
    source, folder = tmp_path_factory.mktemp("source"), tmp_path_factory.mktemp("installed")
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, source)
    shutil.copytree(ROOT / "espreso_crawler", source / "espreso_crawler", ignore=shutil.ignore_patterns("__pycache__"))
    # As pip builds and installs it, which takes twice as long.
    build = f"from setuptools import build_meta; build_meta.build_wheel({str(source)!r})"
    built = run([sys.executable, "-c", build], source)
    assert built.returncode == 0, built.stderr
    (wheel,) = source.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder)
    return folder


@pytest.fixture(scope="module")
def project(tmp_path_factory) -> Path:
    """Make a project by Scrapy's template, and write the files of the page into it."""
    folder = tmp_path_factory.mktemp("project")
    made = forked.scrapy(["startproject", "newsdesk", "."], folder=folder, now=None, seconds=PATIENCE)
    assert made.exit_code == 0, made.log
    for name, code in FENCE.findall((ROOT / "docs" / "extend.md").read_text("utf-8")):
        path = folder / name
        path.write_text((path.read_text() if path.name == "settings.py" else "") + code)
    settings = folder / "newsdesk" / "settings.py"
    settings.write_text(settings.read_text() + "".join(f"{name} = {value!r}\n" for name, value in NO_WAITING.items()))
    return folder


def crawl(project: Path, installed: Path, demo: DemoSite, *more: str) -> subprocess.CompletedProcess[bytes]:
    command = [sys.executable, "-m", "scrapy", "crawl", "desk", "-a", f"start={demo.url}/news", *more]
    return run(command, project, installed)


def test_another_project_crawls_each_article_once_with_the_examples_of_the_page(project: Path, installed: Path):
    with running(small(tape_entries=40)) as demo:
        done = crawl(project, installed, demo, "-a", f"limit={COUNT}", "-O", "headlines.txt")
        assert (done.returncode, b"Traceback" in done.stderr) == (0, False), done.stderr
        again = crawl(project, installed, demo, "-a", f"limit={COUNT}")
        assert (again.returncode, b"Traceback" in again.stderr) == (0, False), again.stderr
        asked = page_requests(demo)
        truths = {
            demo.site.truth(n, demo.url).url: demo.site.truth(n, demo.url)
            for n in demo.site.numbers(demo.site.timeline.published(demo.site.newest - 60), demo.site.clock.now())
        }
    articles = [path for path in asked if path != "/news"]
    assert len(articles) == len(set(articles)) == 2 * COUNT
    desk = Desk(project)
    records = desk.records()
    fetched = [truths[demo.url + path] for path in articles]
    columns = [truth for truth in fetched if "OPINION" in truth.labels]
    assert columns
    emitted = sorted(record["url"] for record in records)
    assert emitted == sorted(truth.url for truth in fetched if truth not in columns)
    first, second = desk.runs()
    assert first["stats"]["desk/bytes"] > COUNT * PAGE / 2
    culture = sum(truth.article_section == "Culture" for truth in fetched)
    assert sum(run["stats"].get("desk/culture", 0) for run in (first, second)) == culture
    lines = (project / "headlines.txt").read_text("utf-8").splitlines()
    headlines = [record["headline"] for record in records if record["run_id"] == first["run_id"]]
    assert sorted(line[14:] for line in lines) == sorted(headlines)


def test_their_settings_win_and_other_spiders_are_left_alone(project: Path, installed: Path):
    (project / "newsdesk" / "spiders" / "plain.py").write_text(
        "import scrapy\nclass Plain(scrapy.Spider):\n    name = 'plain'\n"
    )
    script = (
        "from scrapy.crawler import Crawler\nfrom scrapy.utils.project import get_project_settings\n"
        "from espreso_crawler.addon import EspresoAddon\n"
        "from newsdesk.spiders.desk import DeskSpider\nfrom newsdesk.spiders.plain import Plain\n"
        "for spider in (DeskSpider, Plain):\n"
        "    crawler = Crawler(spider, get_project_settings())\n"
        "    if spider is DeskSpider: crawler.spider = spider(crawler, {})\n"
        "    EspresoAddon(crawler).update_settings(crawler.settings)\n"
        "    settings = crawler.settings\n"
        "    print(settings['DOWNLOAD_DELAY'], settings['FEED_EXPORT_ENCODING'], settings['LOG_FORMATTER'],"
        " sorted(settings['FEED_EXPORTERS']), len(settings['ITEM_PIPELINES']), settings['DOWNLOAD_TIMEOUT'])\n"
    )
    done = run([sys.executable, "-c", script], project, installed)
    assert done.returncode == 0, done.stderr
    desk, plain = done.stdout.decode().splitlines()
    assert desk == (
        "0 utf-8 espreso_crawler.log_format.OneLineLogFormatter ['csv', 'gz', 'jl', 'jsonl', 'jsonlines', 'txt', 'xml'] 9 30"
    )
    assert plain == "0 utf-8 scrapy.logformatter.LogFormatter ['txt'] 2 180"
