"""Where a crawl writes: output folder, state folder and ledger file, as absolute paths from the settings."""

from dataclasses import dataclass
from pathlib import Path

from scrapy.settings import BaseSettings
from scrapy.utils.conf import closest_scrapy_cfg

from espreso_crawler.options import SQLITE


@dataclass(frozen=True, slots=True)
class Places:
    """The three places of a crawl."""

    output: Path
    state: Path
    ledger: Path | None
    """None for a crawl without memory."""


def places(settings: BaseSettings) -> Places:
    """Return the places that checked settings name; nothing is created."""
    root = base()
    output, state = root / settings["ESPRESO_OUTPUT"], root / settings["ESPRESO_STATE"]
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
    return (root / setting.removeprefix(SQLITE)).absolute()
