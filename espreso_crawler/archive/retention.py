"""What goes out of the archive when it is old or too large: whole files, and none that a record points to."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from espreso_crawler.archive import chain
from espreso_crawler.archive.chain import Link
from espreso_crawler.archive.layout import index_path, is_own
from espreso_crawler.archive.recovery import alone

FRESH = 600
"""Seconds: in a file sealed since then may be a page whose record is not committed yet."""


@dataclass
class Pruned:
    """What was done."""

    deleted: list[str] = field(default_factory=list)
    freed: int = 0
    """Bytes."""
    left: int = 0
    """Bytes of the sealed files that stay."""
    held: list[str] = field(default_factory=list)
    """Files that were due, but records point to them."""


def prune(
    folder: Path,
    *,
    older_than: datetime | None,
    most_bytes: int | None,
    needed: Collection[str],
    now: datetime,
    is_trial: bool = False,
) -> Pruned:
    """Delete sealed files: those sealed before a moment, then the oldest until the rest has no more than so many bytes.

    `needed` files stay; a trial deletes nothing. Each deletion is in the chain before it is done, so a kill leaves what
    the next call finishes.
    Raises OSError.
    """
    done = Pruned()
    with alone(folder, waits=True):
        links, _ = chain.read(folder)
        if not is_trial:
            _finish(folder, links)
        files = list(_standing(folder, links))
        done.left = sum(size for _, _, size in files)
        for name, sealed_at, size in sorted(files, key=lambda each: each[1]):
            is_old = older_than is not None and sealed_at < older_than
            is_too_much = most_bytes is not None and done.left > most_bytes
            if not (is_old or is_too_much) or (now - sealed_at).total_seconds() < FRESH:
                continue
            if name in needed:
                done.held.append(name)
                continue
            if not is_trial:
                _delete(folder, name, links)
            done.deleted.append(name)
            done.freed += size
            done.left -= size
    return done


def _standing(folder: Path, links: list[Link]) -> Iterator[tuple[str, datetime, int]]:
    """Yield name, time of sealing and size of each file that is there; one whose sealing is not in the chain stays."""
    sealed_at = {link.file: at for link in links if link.event == "sealed" and (at := _at(link))}
    for name in filter(is_own, chain.standing(links)):
        if name in sealed_at and (folder / name).exists():
            yield name, sealed_at[name], (folder / name).stat().st_size


def _at(link: Link) -> datetime | None:
    try:
        return datetime.strptime(link.facts["at"], chain.TIME).replace(tzinfo=UTC)
    except (KeyError, TypeError, ValueError):
        return None


def _finish(folder: Path, links: list[Link]) -> None:
    """Delete what the chain says is deleted."""
    for name in filter(is_own, chain.pruned(links)):
        _unlink(folder, name)


def _delete(folder: Path, name: str, links: list[Link]) -> None:
    chain.append(folder, "pruned", name, was=chain.standing(links)[name].facts.get("sha256"))
    _unlink(folder, name)


def _unlink(folder: Path, name: str) -> None:
    (folder / name).unlink(missing_ok=True)
    index_path(folder, name).unlink(missing_ok=True)
