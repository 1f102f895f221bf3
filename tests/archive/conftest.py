"""An archive that two crawls have written, for the tests of what is done with it."""

import shutil
from pathlib import Path

import pytest

from espreso_crawler.archive.layout import sealed
from tests.crawls import Desk, start
from tests.site import running, small

FEED = 4


@pytest.fixture(scope="session")
def crawled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Crawl a site twice, with a new article in between: two files in the archive."""
    home = tmp_path_factory.mktemp("crawled")
    desk = Desk(home, settings={"ESPRESO_ARCHIVE": str(home / "archive"), "ESPRESO_RECHECK": "0"})
    with running(small(tape_entries=FEED, is_compressed=True)) as demo:
        for _ in range(2):
            desk.now = demo.site.clock.now()
            assert desk.crawl(start(demo)).exit_code == 0
            demo.control.publish()
    assert len(list(sealed(home / "archive"))) == 2
    return home


@pytest.fixture
def desk(crawled: Path, tmp_path: Path) -> Desk:
    """Return a copy of the crawled folders."""
    shutil.copytree(crawled, tmp_path, dirs_exist_ok=True)
    return Desk(tmp_path, settings={"ESPRESO_ARCHIVE": str(tmp_path / "archive")})
