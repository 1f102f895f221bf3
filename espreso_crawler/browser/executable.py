"""Which browser program to start, and with which switches; nothing is started here."""

import os
import shutil
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from scrapy.settings import BaseSettings

from espreso_crawler.exceptions import ConfigurationError

ON_PATH = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
PLAYWRIGHTS_OWN = ("chrome", "headless_shell", "chrome-headless-shell", "Chromium", "chrome.exe", "headless_shell.exe")
# Where Playwright puts its builds: https://playwright.dev/python/docs/browsers#managing-browser-binaries
CACHES = (".cache/ms-playwright", "Library/Caches/ms-playwright", "AppData/Local/ms-playwright")
HOW_TO_INSTALL = f"apt install chromium, or: {sys.executable} -m playwright install chromium"
CONTAINER_MARKS = ("/.dockerenv", "/run/.containerenv")
SWITCHES = (
    "--disable-gpu",
    "--disable-dev-shm-usage",  # containers give /dev/shm 64 MB
    "--disable-quic",
    "--no-first-run",
    # What a browser does for itself: look for updates, warm up connections, report.
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-domain-reliability",
    "--no-pings",
    "--js-flags=--max-old-space-size=512",  # MB: a page that wants more crashes, and is a failure on record
)


def program(settings: BaseSettings) -> str | None:
    """Return the path of the browser: ``ESPRESO_BROWSER_PATH``, Playwright's own build, one on the PATH; else None.

    Raises `ConfigurationError` when the setting names no program.
    """
    given: str | None = settings.get("ESPRESO_BROWSER_PATH")
    if given:
        found = shutil.which(given)
        if not found:
            raise ConfigurationError(f"ESPRESO_BROWSER_PATH={given!r}: there is no such program")
        return found
    on_path = (shutil.which(name) for name in ON_PATH)
    return next(_own_builds(), None) or next(filter(None, on_path), None)


def launch_options(path: str, hosts: Iterable[str]) -> dict[str, Any]:
    """Return how to start the program for a crawl of these hosts (ports do not count here).

    The browser finds the address of no other host: a second wall behind the one that judges each request, for what
    never comes before that, such as a redirect.
    """
    names = {host.rpartition(":")[0] if host.rpartition(":")[2].isdigit() else host for host in hosts}
    rules = ", ".join(["MAP * ~NOTFOUND", *(f"EXCLUDE {name}" for name in sorted(names))])
    return {
        "executable_path": path,
        "args": [*SWITCHES, f"--host-resolver-rules={rules}"],
        # Chromium's sandbox refuses to run as root, and containers seldom allow what it needs.
        "chromium_sandbox": not (_is_root() or any(Path(mark).exists() for mark in CONTAINER_MARKS)),
        # Scrapy handles signals: the browser ends with the crawl.
        **dict.fromkeys(("handle_sigint", "handle_sigterm", "handle_sighup"), False),
    }


def _own_builds() -> Iterator[str]:
    given = os.environ.get("PLAYWRIGHT_BROWSERS_PATH")
    for folder in [Path(given)] if given else [Path.home() / cache for cache in CACHES]:
        # The name ends in the build's number, newest last.
        for build in sorted(folder.glob("chromium*-*"), reverse=True):
            yield from (str(file) for file in build.glob("*/**/*") if file.name in PLAYWRIGHTS_OWN and file.is_file())


def _is_root() -> bool:
    return hasattr(os, "geteuid") and os.geteuid() == 0
