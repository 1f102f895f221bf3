"""Whether a worker is this program: another version would read pages in another way, and nobody would see it."""

import hashlib
import platform
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from importlib.resources import files
from importlib.resources.abc import Traversable

import espreso_crawler

PACKAGES = (
    "ahocorasick-rs", "dask", "distributed", "fastwarc", "itemadapter", "itemloaders", "json-repair", "lxml", "msgspec",
    "orjson", "parsel", "rensa", "selectolax", "tzdata", "w3lib",
)  # fmt: skip
"""On which it depends what a page says, and how answers are written."""
SHOWN = 12

Versions = Mapping[str, str]


@cache
def versions() -> Versions:
    """Return the versions of this process: Python's first two numbers, packages, and a digest of the source itself."""
    own = f"{espreso_crawler.__version__}, source {_source()}"
    python = ".".join(platform.python_version_tuple()[:2])
    return {"Python": python, "espreso_crawler": own, **{name: _version(name) for name in PACKAGES}}


def difference(here: Versions, there: Versions) -> str | None:
    """Return how another process differs, in words; None when it does not.

    >>> difference({"Python": "3.13"}, {"Python": "3.12"})
    'it has Python 3.12, and this machine 3.13'
    """
    found = [
        f"{name} {there.get(name)}, and this machine {wanted}"
        for name, wanted in here.items()
        if there.get(name) != wanted
    ]
    return f"it has {'; '.join(found)}" if found else None


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "none"


def _source() -> str:
    digest = hashlib.sha256()
    for name, content in _modules(files(espreso_crawler), ""):
        digest.update(f"{name} {len(content)}\n".encode() + content)
    return digest.hexdigest()[:SHOWN]


def _modules(folder: Traversable, above: str) -> Iterator[tuple[str, bytes]]:
    """Yield path and content of each module; in an egg too, as Scrapyd runs one."""
    for each in sorted(folder.iterdir(), key=lambda each: each.name):
        if each.is_dir():
            yield from _modules(each, f"{above}{each.name}/")
        elif each.name.endswith(".py"):
            yield f"{above}{each.name}", each.read_bytes()
