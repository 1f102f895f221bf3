"""Delivery in object storage: objects are put if there is none of their name, and none is ever deleted."""

from collections.abc import Iterable
from hashlib import sha256

from espreso_crawler.exceptions import LedgerError
from espreso_crawler.ledger.crash import crash_point
from espreso_crawler.ledger.delivery import files, segment_paths
from espreso_crawler.ledger.delivery.plans import Plan, manifest
from espreso_crawler.object_path import ObjectPath


def put(plan: Plan, path: ObjectPath, waiting: Iterable[bytes]) -> files.Written:
    """Put manifest and data where there is neither; what another process put for the same plan is the same.

    Raises LedgerError when something else is there: two ledgers write to one place.
    """
    content = b"".join(line + b"\n" for line in waiting)
    written = files.Written(content.count(b"\n"), len(content), sha256(content).hexdigest())
    crash_point("seal:written")
    about = files.manifest_of(path)
    if not files.create(about, manifest(plan, written)):
        there = segment_paths.read_manifest(path) or {}
        if there.get("sha256") != written.sha256:
            raise LedgerError(_stranger(about))
    crash_point("seal:manifest-renamed")
    if not files.create(path, content) and files.measure(path) != written:
        raise LedgerError(_stranger(path))
    crash_point("seal:data-renamed")
    return written


def empty(path: ObjectPath, number: int) -> None:
    """Take the text out of an object that was written again, and keep its key taken.

    If it were deleted, the late put of a process that was stopped for hours would bring the text back.
    """
    files.write_document(files.manifest_of(path), {segment_paths.REPLACED: number})
    files.write_again(path, ())


def _stranger(path: ObjectPath) -> str:
    return (
        f"{path}: another ledger wrote this object, or it was changed since; nothing more is sealed here: give each "
        "ledger a prefix of its own, or run `scrapy ledger reconcile`"
    )
