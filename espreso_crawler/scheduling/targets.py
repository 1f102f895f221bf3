"""Which Scrapyd: an address, or a deploy target of ``scrapy.cfg`` or ``~/.scrapy.cfg``."""

import os
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from scrapy.utils.conf import get_config

from espreso_crawler.exceptions import ConfigurationError

PROJECT = "espreso_crawler"


@dataclass(frozen=True)
class Target:
    """A project at a Scrapyd."""

    url: str
    """Without a slash at the end, and without a password."""
    project: str = PROJECT
    username: str = ""
    """Empty: what ``~/.netrc`` says of the host, if anything."""
    password: str = field(default="", repr=False)


def target(name: str) -> Target:
    """Return the target of an address or of a ``[deploy:NAME]`` section; ``$NAME`` in its values is the environment's.

    Raises `ConfigurationError` for a name without section, and for a password in an address: others see it in the
    list of processes.
    """
    if "://" in name:
        parts = urlsplit(name)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ConfigurationError(f"--to {name}: not the address of a Scrapyd, such as http://localhost:6800")
        if parts.password or parts.username:
            raise ConfigurationError(
                f"--to: no password in an address; write it with url and username into ~/.scrapy.cfg as [deploy:NAME], "
                f"and give --to NAME for {parts.hostname}"
            )
        return Target(name.rstrip("/"))
    return _configured(name)


def _configured(name: str) -> Target:
    config = get_config()
    section = f"deploy:{name}"
    if not config.has_option(section, "url"):
        known = [each.removeprefix("deploy:") for each in config.sections() if each.startswith("deploy:")]
        raise ConfigurationError(f"--to {name}: no [{section}] with a url in scrapy.cfg; there are {', '.join(known)}")
    given = {key: os.path.expandvars(value) for key, value in config.items(section, raw=True)}
    return Target(
        given["url"].rstrip("/"),
        given.get("project", PROJECT),
        given.get("username", ""),
        given.get("password", ""),
    )
