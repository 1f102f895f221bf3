"""A demo site and a place to crawl it from."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.crawls import Desk
from tests.site import DemoSite, running, small


@pytest.fixture
def demo() -> Iterator[DemoSite]:
    with running(small()) as site:
        yield site


@pytest.fixture
def ukrainian() -> Iterator[DemoSite]:
    with running(small(language="uk")) as site:
        yield site


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)
