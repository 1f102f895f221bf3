"""Held drafts for tests, and what became of them; no expectations."""

from pathlib import Path
from typing import Any

from espreso_crawler.ledger import Ledger
from espreso_crawler.ledger.care.inspection import inspected
from espreso_crawler.ledger.holding.held_draft import HeldDraft
from tests.ledger.builders import database, draft, sealed, url

SEEN = b'{"as": "seen"}'


def hold(ledger: Ledger, *numbers: int, text: str = "text", **fields: Any) -> list[HeldDraft]:
    kept = [ledger.holding.put(draft(url(number), text, **fields), SEEN)[1] for number in numbers]
    return [each for each in kept if each]


def ids(root: Path) -> list[tuple[str, int]]:
    return [(line["id"], line["revision"]) for line in sealed(root)]


def finish(ledger: Ledger) -> None:
    """Judge what waits well, and close."""
    ledger.holding.accept(ledger.holding.adopt())
    ledger.close("finished", 0)


def quarantine(ledger: Ledger, *drafts: HeldDraft) -> None:
    ledger.holding.quarantine(drafts, ["drift"] * len(drafts))


def copy_of(root: Path, ledger: Ledger) -> Path:
    return root / "state" / "quarantine" / f"{ledger.run.id}.jsonl"


def inspected_ledger(root: Path) -> Any:
    return inspected(database(root), output=root / "output", state=root / "state")
