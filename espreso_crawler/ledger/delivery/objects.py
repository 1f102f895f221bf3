"""Delivery in object storage: data is put if there is none of its name, and who seals deletes nothing.

Only ``scrapy ledger reconcile --fix`` deletes: strangers, once they are put aside.
"""

from collections.abc import Iterable
from hashlib import sha256

from espreso_crawler.exceptions import NameTaken
from espreso_crawler.ledger.crash import crash_point
from espreso_crawler.ledger.delivery import files, segment_paths
from espreso_crawler.ledger.delivery.plans import Plan, manifest
from espreso_crawler.object_path import ObjectPath


def put(plan: Plan, path: ObjectPath, waiting: Iterable[bytes]) -> files.Written:
    """Put manifest and data where there is no data; what another process put for the same plan is the same.

    A manifest without its data promises nothing: a sealer was killed whose ledger is lost. It is replaced.

    Raises NameTaken when other data is there: two ledgers write to one place.
    """
    content = b"".join(line + b"\n" for line in waiting)
    written = files.Written(content.count(b"\n"), len(content), sha256(content).hexdigest())
    crash_point("seal:written")
    about, document = files.manifest_of(path), manifest(plan, written)
    if not files.create(about, document) and not _promises(path, written):
        if path.exists():
            _require_same(path, written)
        files.write_document(about, document)
    crash_point("seal:manifest-renamed")
    if not files.create(path, content):
        _require_same(path, written)
    crash_point("seal:data-renamed")
    return written


def empty(path: ObjectPath, number: int) -> None:
    """Take the text out of an object that was written again, and keep its key taken.

    If it were deleted, the late put of a process that was stopped for hours would bring the text back.
    """
    files.write_document(files.manifest_of(path), {segment_paths.REPLACED: number})
    files.write_again(path, ())


def _promises(path: ObjectPath, written: files.Written) -> bool:
    return (segment_paths.read_manifest(path) or {}).get("sha256") == written.sha256


def _require_same(path: ObjectPath, written: files.Written) -> None:
    if files.measure(path) != written:
        raise NameTaken(
            f"{path}: another ledger wrote this object, or it was changed since; nothing more is sealed here: give "
            "each ledger a prefix of its own; `scrapy ledger reconcile --fix` puts the object aside"
        )
