"""Where a crawl writes: output folder, state folder, ledger and archive, from the settings."""

from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote

from scrapy.settings import BaseSettings
from scrapy.utils.conf import closest_scrapy_cfg

from espreso_crawler.ledger_places import POSTGRESQL, SQLITE
from espreso_crawler.object_path import ObjectPath, OutputPath
from espreso_crawler.output_places import FILE, SCHEMES


@dataclass(frozen=True, slots=True)
class Places:
    """The places of a crawl."""

    output: OutputPath
    """A folder, or a place in object storage."""
    state: Path
    ledger: Path | str | None
    """An SQLite file, or the address of a PostgreSQL database; None for a crawl without memory."""
    archive: Path | None
    """None for a crawl that keeps no pages."""
    cluster: Path
    """What a cluster's workers share with this machine."""


def places(settings: BaseSettings) -> Places:
    """Return the places that checked settings name; nothing is created."""
    root = base()
    state = root / settings["ESPRESO_STATE"]
    kept = settings.get("ESPRESO_ARCHIVE")
    archive = (root / kept).absolute() if kept else None
    shared = settings.get("ESPRESO_CLUSTER_FOLDER")
    return Places(
        _output(str(settings["ESPRESO_OUTPUT"]), root),
        state.absolute(),
        _ledger(settings.get("ESPRESO_LEDGER"), root, state),
        archive,
        (root / shared if shared else state / "cluster").absolute(),
    )


def base() -> Path:
    """Return the folder from which relative paths in settings count: that of ``scrapy.cfg``, else the working one."""
    cfg = closest_scrapy_cfg()
    return Path(cfg).parent.absolute() if cfg else Path.cwd()


def _output(setting: str, root: Path) -> OutputPath:
    if setting.startswith(SCHEMES):
        return ObjectPath.of(setting)
    return Path(unquote(setting.removeprefix(FILE))) if setting.startswith(FILE) else (root / setting).absolute()


def _ledger(setting: str | None, root: Path, state: Path) -> Path | str | None:
    if not setting:
        return (state / "ledger.sqlite3").absolute()
    if setting == "none":
        return None
    return ledger_place(setting, root)


def ledger_place(given: str, root: Path) -> Path | str:
    """Return the place of a ledger that a checked setting or argument names."""
    return given if given.startswith(POSTGRESQL) else (root / given.removeprefix(SQLITE)).absolute()
