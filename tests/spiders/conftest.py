"""A demo site and a place to crawl it from."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.crawls import PAGE, Desk
from tests.site import DemoSite, SiteOptions, running


@pytest.fixture
def demo() -> Iterator[DemoSite]:
    with running(SiteOptions(page_bytes=PAGE)) as site:
        yield site


@pytest.fixture
def ukrainian() -> Iterator[DemoSite]:
    with running(SiteOptions(language="uk", page_bytes=PAGE)) as site:
        yield site


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)
