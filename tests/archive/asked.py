"""What the commands of `scrapy ledger` say of the archive of a desk."""

from pathlib import Path

from tests.crawls import Desk


def verify(desk: Desk) -> list[str]:
    """Return the findings; the exit code must agree with them."""
    done = desk.scrapy("ledger", "verify-archive")
    *findings, verdict = done.stdout.decode().splitlines()
    assert (done.exit_code == 0) == (findings == []) == verdict.startswith("all is well"), done
    return findings


def folder(desk: Desk) -> Path:
    return desk.home / "archive"
