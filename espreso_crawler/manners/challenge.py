"""Pages that stand in for the one that was asked for: Cloudflare's challenges and block pages."""

# Larger bodies are no such page, and need no look: a challenge has some 10 kB.
LARGEST = 60_000
# Not `cdn-cgi/challenge-platform` alone: ordinary pages behind Cloudflare load a script from there.
CHALLENGE = (b"window._cf_chl_opt", b'id="challenge-error-text"', b"<title>Just a moment...</title>")
BLOCK = (b'id="cf-error-details"', b"<title>Attention Required! | Cloudflare</title>", b'class="cf-error-title"')
# What only the site's own pages have: an article that quotes a challenge page is none.
OWN = (b"data-news_id=", b"js-newsTapeGlobalContainer", b"js-news-list-container")


def challenge(mitigated: bytes | None, status: int, body: bytes) -> str | None:
    """Return what stands in for the page, ``a challenge page`` or ``a block page``; None for an ordinary answer.

    ``mitigated`` is the header ``cf-mitigated``: Cloudflare marks its challenges by the value ``challenge``
    (https://developers.cloudflare.com/cloudflare-challenges/challenge-types/challenge-pages/detect-response/);
    the markup tells those that a proxy has passed on without it, and block pages.
    """
    if mitigated == b"challenge":
        return _named("a challenge page", status)
    if len(body) > LARGEST or any(mark in body for mark in OWN):
        return None
    if any(mark in body for mark in CHALLENGE):
        return _named("a challenge page", status)
    return _named("a block page", status) if any(mark in body for mark in BLOCK) else None


def _named(kind: str, status: int) -> str:
    return f"{kind} (HTTP {status})"
