"""Archives of web pages read back: this project's own and others', WARC and WACZ; no scrapy, no ledger, no network."""

from importlib.util import find_spec

from espreso_crawler.exceptions import ConfigurationError


def require_packages() -> None:
    """Raise `ConfigurationError` when the package is missing that reads WARC files."""
    if find_spec("fastwarc") is None:
        raise ConfigurationError(
            "reading an archive needs FastWARC; install the extra: pip install 'espreso-crawler[archive]'"
        )
