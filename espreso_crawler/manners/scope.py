"""Which addresses a crawl may ask for."""

from collections.abc import Collection

from espreso_crawler.identity import host_of


def is_in_scope(url: str, hosts: Collection[str] | None) -> bool:
    """Return whether an address is one of the web, on one of the hosts; None stands for any host.

    >>> is_in_scope("https://espreso.tv/news", {"espreso.tv"}), is_in_scope("file:///etc/passwd", None)
    (True, False)
    """
    return url.startswith(("http://", "https://")) and (hosts is None or host_of(url) in hosts)
