"""Commands of `scrapy ledger` on the archive of a desk."""

from pathlib import Path

from tests import forked
from tests.crawls import ROOT, Desk
from tests.forked import Finished


def scrapy(desk: Desk, *arguments: str) -> Finished:
    places = {"ESPRESO_OUTPUT": str(desk.home / "output"), "ESPRESO_STATE": str(desk.home / "state")}
    given = [part for name, value in (places | desk.settings).items() for part in ("-s", f"{name}={value}")]
    return forked.scrapy([*arguments, *given], folder=ROOT, now=None, seconds=60)


def verify(desk: Desk) -> list[str]:
    """Return the findings; the exit code must agree with them."""
    done = scrapy(desk, "ledger", "verify-archive")
    *findings, verdict = done.stdout.decode().splitlines()
    assert (done.exit_code == 0) == (findings == []) == verdict.startswith("all is well"), done
    return findings


def folder(desk: Desk) -> Path:
    return desk.home / "archive"
