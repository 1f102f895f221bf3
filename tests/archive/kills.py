"""Kill crawls that keep an archive: `python -m tests.archive.kills [N]` (20); every file readable, every pointer right."""

import sys
import tempfile
from pathlib import Path
from random import Random

from tests.archive.readers import files_of, read_by_both, warcio_accepts
from tests.archive.test_crawls import assert_archive_is_whole, kill_a_crawl
from tests.crawls import PAGE, Desk, start
from tests.site import SiteOptions, running

FEED = 40
LONGEST = 1.5
"""Seconds from a crawl's first answer to its kill, at most."""


def main() -> None:
    """Kill crawls of a site that publishes meanwhile, look at what each left, and crawl once undisturbed."""
    count = int(sys.argv[1]) if sys.argv[1:] else 20
    chance = Random(count)
    with (
        tempfile.TemporaryDirectory(prefix="espreso-kills-") as home,
        running(SiteOptions(page_bytes=PAGE, tape_entries=FEED, latency=0.02, is_compressed=True)) as demo,
    ):
        given = {"ESPRESO_ARCHIVE": f"{home}/archive", "ESPRESO_BACKOFF_SECONDS": "0", "ESPRESO_MAX_ATTEMPTS": "99"}
        desk = Desk(Path(home), settings=given)
        for number in range(count):
            demo.control.publish(chance.randint(1, 8))
            kill_a_crawl(demo, desk, requests=1, seconds=chance.uniform(0, LONGEST))
            print(f"kill {number + 1}: {len(desk.records())} records, {len(files_of(desk.home / 'archive'))} files")
        assert desk.crawl(start(demo)).exit_code == 0
        assert_archive_is_whole(desk)
        paths = files_of(desk.home / "archive")
        assert all(warcio_accepts(path) and read_by_both(path) for path in paths)
        print(f"{count} kills: {len(paths)} files readable by both, {len(desk.records())} records, every pointer right")


if __name__ == "__main__":
    main()
