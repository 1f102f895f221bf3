"""Write a small ledger as SQL, as the code that is installed makes it: ``python make.py TARGET.sql``.

Run it in a checkout of the code whose format is to be kept, before that format changes. It has one of everything:
an article with two revisions, one in quarantine, one held, lines that wait, entries in every state a crawl leaves.
"""

import sqlite3
import sys
import tempfile
from contextlib import closing
from pathlib import Path

from tests.ledger.builders import draft, open_ledger, see, sighting, url


def made(root: Path) -> Path:
    """Make the ledger of three runs in a folder; returns its file."""
    first = open_ledger(root)
    see(first, *(sighting(number) for number in range(1, 9)))
    first.outbox.emit(draft(url(1)))
    first.outbox.emit(draft(url(2)))
    first.entries.settle(url(3), "gone", "HTTP 404")
    first.entries.attempt_failed(url(4), "HTTP 503")
    first.close("finished", 0)

    second = open_ledger(root)
    see(second, sighting(1, headline="Changed", minutes=5))
    second.outbox.emit(draft(url(1), text="changed"))
    see(second, sighting(5), sighting(6), sighting(7))
    doubtful, waiting = (second.holding.put(draft(url(number)), b"{}")[1] for number in (5, 6))
    assert doubtful and waiting
    second.holding.quarantine([doubtful], ["a doubt"])
    second.holding.flush()
    second.close("finished", 0)

    third = open_ledger(root)
    see(third, sighting(9))
    third.outbox.emit(draft(url(9)))
    third.outbox.flush()
    third.abandon()  # its line waits, and it counts as dead
    return root / "state" / "ledger.sqlite3"


def dump(file: Path) -> str:
    """Return a ledger as SQL, with the marks in its header."""
    with closing(sqlite3.connect(file)) as database:
        marks = [
            f"PRAGMA {name} = {database.execute(f'PRAGMA {name}').fetchone()[0]};"
            for name in ("application_id", "user_version")
        ]
        return "\n".join([*marks, *database.iterdump()]) + "\n"


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        Path(sys.argv[1]).write_text(dump(made(Path(folder))), "utf-8")
