"""Where a crawl writes: output folder, state folder and ledger file, as absolute paths from the settings."""

from dataclasses import dataclass
from pathlib import Path

from scrapy.settings import BaseSettings
from scrapy.utils.conf import closest_scrapy_cfg

from espreso_crawler.exceptions import ConfigurationError

SQLITE = "sqlite:///"


@dataclass(frozen=True, slots=True)
class Places:
    """The three places of a crawl."""

    output: Path
    state: Path
    ledger: Path | None
    """None for a crawl without memory."""


def places(settings: BaseSettings) -> Places:
    """Return the places that the settings name; nothing is created.

    Raises `ConfigurationError` when ``ESPRESO_LEDGER`` is neither ``none`` nor an ``sqlite:///`` address.
    """
    root = base()
    output = root / (settings.get("ESPRESO_OUTPUT") or "output")
    state = root / (settings.get("ESPRESO_STATE") or ".scrapy/espreso")
    return Places(output.absolute(), state.absolute(), _ledger(settings.get("ESPRESO_LEDGER"), root, state))


def base() -> Path:
    """Return the folder from which relative paths in settings count: that of ``scrapy.cfg``, else the working one."""
    cfg = closest_scrapy_cfg()
    return Path(cfg).parent.absolute() if cfg else Path.cwd()


def _ledger(setting: str | None, root: Path, state: Path) -> Path | None:
    if not setting:
        return (state / "ledger.sqlite3").absolute()
    if setting == "none":
        return None
    if not setting.startswith(SQLITE) or setting == SQLITE:
        raise ConfigurationError(f"ESPRESO_LEDGER={setting!r}: give sqlite:///PATH, or none to crawl without memory")
    return (root / setting.removeprefix(SQLITE)).absolute()
