"""Settings that depend on others, or on what asks for them; resolved before any component reads them."""

import logging
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Self

from scrapy import signals
from scrapy.crawler import Crawler
from scrapy.settings import SETTINGS_PRIORITIES, BaseSettings

from espreso_crawler import __version__, options, scrapy_settings, site
from espreso_crawler import settings as project
from espreso_crawler.exceptions import ConfigurationError
from espreso_crawler.log_format import hide_chatter, tells
from espreso_crawler.looks import is_look
from espreso_crawler.places import base
from espreso_crawler.spiders.base import BaseSpider

# Off by default, but Scrapy imports whatever its lists name: aiohttp for the first, requests for the second, a seventh
# of what a crawl needs to start.
UNUSED = {
    "REMOTE_CONTROL_ENABLED": ("EXTENSIONS_BASE", "scrapy.extensions.remote_control.RemoteControl"),
    "COOKIES_ENABLED": ("DOWNLOADER_MIDDLEWARES_BASE", "scrapy.downloadermiddlewares.cookies.CookiesMiddleware"),
    "TELNETCONSOLE_ENABLED": ("EXTENSIONS_BASE", "scrapy.extensions.telnet.TelnetConsole"),
}
THEIRS = frozenset({
    "BOT_NAME", "SPIDER_MODULES", "NEWSPIDER_MODULE", "COMMANDS_MODULE", "ADDONS",
    "TWISTED_REACTOR", "ASYNCIO_EVENT_LOOP",  # the loop runs before the first spider is made
})  # fmt: skip
"""Settings that every project has of its own."""
# A page that is only looked at: of a crawl's components those that keep its manners towards the host.
MANNERS: dict[str, Any] = {
    "EXTENSIONS": {
        "espreso_crawler.extensions.manners.MannersExtension": 17,
        "espreso_crawler.extensions.header_limit.HeaderLimitExtension": 24,
    },
    "ITEM_PIPELINES": {},
    "SPIDER_MIDDLEWARES": {},
}
# The same by a spider of ours: its callbacks need a ledger, and get one in memory.
IN_MEMORY = {"ESPRESO_LEDGER": "none", "ESPRESO_ARCHIVE": None, "ESPRESO_METRICS": None, "ESPRESO_MONITORS": False,
             "ESPRESO_READERS": 0}  # fmt: skip
EMIT = "espreso_crawler.pipelines.emit.EmitPipeline"
LOOKING: dict[str, dict[str, int | None]] = {
    "DOWNLOADER_MIDDLEWARES": {"espreso_crawler.middlewares.refusals.RefusalsMiddleware": 5},
    "SPIDER_MIDDLEWARES": {"scrapy.spidermiddlewares.httperror.HttpErrorMiddleware": 50},
}
LOOKING_BY_OURS: dict[str, dict[str, int | None]] = {
    "DOWNLOADER_MIDDLEWARES": {
        "espreso_crawler.middlewares.hosts.HostsMiddleware": None,  # you may look at any page
        "espreso_crawler.contracts.DemoPagesMiddleware": 10,
    },
    "EXTENSIONS": {
        "espreso_crawler.extensions.metrics.MetricsExtension": None,
        "espreso_crawler.extensions.notification.NotificationExtension": None,
        "espreso_crawler.extensions.progress.ProgressExtension": None,
    },
}


class ProjectAddon:
    """Checks the settings of a crawl, builds its user agent, and keeps a look at single pages off ledger and output.

    Takes components that are not used, and slow to import, off Scrapy's own lists.
    """

    def __init__(self, crawler: Crawler) -> None:
        self.crawler = crawler

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Make it for a crawl."""
        return cls(crawler)

    def update_settings(self, settings: BaseSettings) -> None:
        """Resolve the settings; raises `ConfigurationError` for what a crawl cannot do."""
        hide_chatter(settings.get("LOG_LEVEL"))
        settings.set("USER_AGENT", _user_agent(settings.get("ESPRESO_CONTACT")), "addon")
        for name, (components, unused) in UNUSED.items():
            if not settings.getbool(name):
                settings[components].delete(unused)
        if not issubclass(self.crawler.spidercls, BaseSpider):
            settings.setdict(MANNERS, "spider")
            _merge(settings, LOOKING)
        elif is_look(self.crawler):
            settings.setdict(IN_MEMORY | _vanishing_folders(self.crawler), "cmdline")
            _merge(settings, LOOKING)
            _merge(settings, LOOKING_BY_OURS)
        else:
            options.check(settings)
            scrapy_settings.check(settings)
            # They are in the run file.
            settings.set("STATS_DUMP", tells(settings.get("LOG_LEVEL"), logging.DEBUG), "addon")
            _check_vocabularies(settings.get("ESPRESO_VOCABULARIES"))
            if not settings.getbool("ESPRESO_EMIT"):
                settings.setdict({"ESPRESO_LEDGER": "none", "ESPRESO_ARCHIVE": None}, "cmdline")
                settings["ITEM_PIPELINES"] = {**settings.getdict("ITEM_PIPELINES"), EMIT: None}


class EspresoAddon(ProjectAddon):
    """The one line for another project: lays this project's settings under its own, for spiders of this package.

    ``ADDONS = {"espreso_crawler.addon.EspresoAddon": 0}``. Your settings win; in lists of components yours are added
    to these, and one that you set to None is off. Other spiders of your project are left as they are.
    """

    def update_settings(self, settings: BaseSettings) -> None:
        """Lay the settings under, then resolve them."""
        if not issubclass(self.crawler.spidercls, BaseSpider):
            return
        for name in (name for name in dir(project) if name.isupper() and name not in THEIRS):
            value = getattr(project, name)
            if isinstance(value, dict) and name in settings:
                settings.set(name, value | settings.getdict(name), settings.getpriority(name) or "addon")
            else:
                settings.set(name, value, "addon")
        settings.setdict(options.from_environment(), "project")
        super().update_settings(settings)


def _check_vocabularies(folder: str | None) -> None:
    """Refuse what is no folder here: the pipeline that reads it is made after the ledger is opened."""
    if folder and not (path := base() / folder).is_dir():
        raise ConfigurationError(f"ESPRESO_VOCABULARIES: {path} is not a folder")


def _user_agent(contact: str | None) -> str:
    return f"{site.AGENT}/{__version__}" + (f" (+{contact})" if contact else "")


def _merge(settings: BaseSettings, changes: Mapping[str, Mapping[str, int | None]]) -> None:
    """Add components to lists, at the priorities that these have; a list from the command line stands as it is."""
    for name, components in changes.items():
        if (settings.getpriority(name) or 0) >= SETTINGS_PRIORITIES["cmdline"]:
            continue
        settings.set(name, {**settings.getdict(name), **components}, settings.getpriority(name) or "addon")


def _vanishing_folders(crawler: Crawler) -> dict[str, str]:
    """Return folders for what a ledger in memory writes beside itself; they vanish at the end of crawl or process."""
    folder = tempfile.TemporaryDirectory(prefix="espreso-look-")

    def vanish_last() -> None:
        crawler.signals.connect(folder.cleanup, signals.engine_stopped, weak=False)

    # Receivers are called in the order in which they asked: the ledger before.
    crawler.signals.connect(vanish_last, signals.engine_started, weak=False)
    return {name: str(Path(folder.name, name)) for name in ("ESPRESO_OUTPUT", "ESPRESO_STATE")}
