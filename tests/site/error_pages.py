"""Pages that stand in for the one that was asked for: a bot challenge and a server error."""

from tests.site.chunks import chunk


def challenge_page() -> bytes:
    """Return a page like Cloudflare's bot challenge."""
    return chunk("challenge").encode()


def error_page() -> bytes:
    """Return a framework's error page."""
    return chunk("server_error").encode()
