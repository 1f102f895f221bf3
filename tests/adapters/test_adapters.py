"""The private names that adapters live on are still there, and do what they did in the version that was tried."""

import inspect
from importlib import import_module
from importlib.metadata import version

import pytest
from scrapy.commands.fetch import Command as FetchCommand
from scrapy.core.downloader.handlers import http11
from scrapy.downloadermiddlewares.robotstxt import RobotsTxtMiddleware
from scrapy.extensions.feedexport import FeedExporter

from espreso_crawler.adapters.response_head import BoundedParser, bound_heads
from tests.checkout import ROOT

ADAPTERS = sorted(path.stem for path in (ROOT / "espreso_crawler" / "adapters").glob("*.py") if path.stem != "__init__")
GONE = "Scrapy has changed what an adapter lives on: see espreso_crawler/adapters"


def numbers(release: str) -> list[int]:
    """Return the numbers that a version begins with."""
    return [int(part) for part in release.split(".")[:3] if part.isdecimal()]


@pytest.mark.parametrize("name", ADAPTERS)
def test_every_adapter_names_the_versions_it_was_tried_with(name: str):
    tried = import_module(f"espreso_crawler.adapters.{name}").TRIED
    assert tried
    for package, was in tried.items():
        assert numbers(version(package)) >= numbers(was), f"{package} is older than what was tried"


@pytest.mark.parametrize(
    ("method", "arguments"),
    [
        (RobotsTxtMiddleware._parse_robots, ["self", "response", "netloc", "request"]),
        (RobotsTxtMiddleware._robots_error, ["self", "exc", "netloc"]),
        (FeedExporter._close_slot, ["self", "slot", "spider"]),
        (FeedExporter._get_file, ["slot_"]),
        (FetchCommand._print_response, ["self", "response", "opts"]),
    ],
    ids=lambda each: getattr(each, "__qualname__", ""),
)
def test_a_private_method_takes_what_it_took(method: object, arguments: list[str]):
    assert list(inspect.signature(method).parameters) == arguments, GONE  # type: ignore[arg-type]


@pytest.mark.parametrize("name", ["_parsers", "_robotstxt_useragent", "_default_useragent"])
def test_the_robots_middleware_keeps_what_it_kept(name: str):
    assert f"self.{name}" in inspect.getsource(RobotsTxtMiddleware), GONE


def test_scrapy_makes_the_parser_of_a_response_that_the_adapter_replaces(monkeypatch: pytest.MonkeyPatch):
    assert "_LenientHTTPClientParser(" in inspect.getsource(http11), GONE
    monkeypatch.setattr(http11, "_LenientHTTPClientParser", http11._LenientHTTPClientParser)
    bound_heads()
    assert http11._LenientHTTPClientParser is BoundedParser
