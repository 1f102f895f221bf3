"""Which fields each event fills and which it leaves empty; the form of single values stands in `items.py`."""

from typing import NamedTuple

from espreso_crawler.items import CONTENT, Event


class Demand(NamedTuple):
    """Which fields of `Article` an event fills, and which it leaves null or []."""

    filled: tuple[str, ...]
    empty: tuple[str, ...]


IDENTITY = ("id", "revision", "url", "edition", "emitted_at", "run_id")
CAPTURE = (
    *IDENTITY,
    "in_language",
    "content_kind",
    "headline",
    "is_sponsored",
    "text_digest",
    "record_digest",
    "fetched_at",
)
CHANGE = ("changes", "change_kind", "silent")
TEXT_DEMAND = ("article_body",)
"""What an article of the kind `text` fills besides: without text, extraction failed."""
WITHHELD = "tdm-reserved"
"""Unless this stands in `opt_outs`."""
DEMANDS: dict[Event, Demand] = {
    "created": Demand(CAPTURE, (*CHANGE, "retracts", "reason")),
    "revised": Demand((*CAPTURE, *CHANGE), ("retracts", "reason")),
    "reextracted": Demand(CAPTURE, ("change_kind", "silent", "retracts", "reason")),
    "removed": Demand((*IDENTITY, "reason"), (*CONTENT, *CHANGE, "retracts")),
    "retracted": Demand((*IDENTITY, "reason", "retracts"), (*CONTENT, *CHANGE)),
    "erased": Demand((*IDENTITY, "reason"), (*CONTENT, *CHANGE, "retracts")),
}
