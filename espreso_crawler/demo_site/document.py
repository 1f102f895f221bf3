"""A whole HTML document from its parts: head, static frame, main column, news tape, filler, footer."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from espreso_crawler.demo_site.chance import mixed
from espreso_crawler.demo_site.edition import Link
from espreso_crawler.demo_site.escaping import escaped
from espreso_crawler.demo_site.frame import Frame, icon

_DESCRIPTION_LIMIT = 160
_RIGHT_COLUMN = (
    b'<div id="js-mobile-news-tape"></div>\n</div>\n<div class="main-wrapper_right " id="js-newsTapeGlobalContainer">\n'
)
_EMAIL_SCRIPT = "/cdn-cgi/scripts/5c5dd728/cloudflare-static/email-decode.min.js"


@dataclass(frozen=True, slots=True)
class Head:
    """What the head says of a page; `path` begins with a slash, `image` is an absolute URL or empty."""

    title: str
    description: str
    path: str
    og_type: str = "website"
    image: str = ""
    has_amp: bool = False
    next_path: str = ""


class Stamp(NamedTuple):
    """What differs on every fetch: Cloudflare's two ids, the csrf token, the cache-buster of the image."""

    cf: bytes
    ray: bytes
    csrf: str
    image: int

    @classmethod
    def of(cls, seed: int, served: int, now: int) -> "Stamp":
        """Return the stamp of a site's `served`-th page; `now` is its time in seconds since 1970."""
        one, two = mixed(seed, served, 1), mixed(seed, served, 2)
        return cls(b"%016x%08x" % (one, two >> 32), b"%016x" % two, f"{two:016x}{one:016x}DemoSite", now + served)


@dataclass(frozen=True, slots=True)
class Parts:
    """What is a page's own: head, JSON-LD, main column, and the article's id (0 for none)."""

    head: Head
    trail: Sequence[Link]
    main: str
    jsonld: str = ""
    entity_id: int = 0


def document(parts: Parts, frame: Frame, tape: bytes, page_bytes: int, stamp: Stamp) -> bytes:
    """Return the page as UTF-8 bytes, filled up to about `page_bytes`."""
    entity_id = parts.entity_id or ""
    chunks = [
        _head_html(parts, frame, stamp).encode(),
        frame.head.replace(b"@cf@", stamp.cf),
        f'</head>\n<body class="" data-entity-id="{entity_id}">\n'.encode(),
        frame.top.replace(b"@cf@", stamp.cf),
        parts.jsonld.encode(),
        frame.header,
        f"{_breadcrumbs(parts, frame)}{parts.main}".encode(),
        _RIGHT_COLUMN,
        frame.widgets,
        tape,
        b"</div>\n</div>\n",
        frame.footer,
        _page_variables(parts.entity_id).encode(),
        frame.end.replace(b"@cf@", stamp.cf).replace(b"@ray@", stamp.ray),
    ]
    chunks.insert(-3, frame.filler(page_bytes - sum(map(len, chunks))))
    return b"".join(chunks)


def _head_html(parts: Parts, frame: Frame, stamp: Stamp) -> str:
    head, base, strings = parts.head, frame.base, frame.words.strings
    title, url = escaped(head.title), f"{base}{head.path}"
    description = escaped(_cut(head.description, strings["site_mark"]))
    image = f'<meta property="og:image" content="{head.image}?id={stamp.image}">\n' if head.image else ""
    amp = f'<link rel="amphtml" href="{url}?amp">\n' if head.has_amp else ""
    next_link = f'<link rel="next" href="{base}{head.next_path}">\n' if head.next_path else ""
    return (
        f'<!DOCTYPE html>\n<html lang="{frame.words.language}">\n<head>\n<meta charset="utf-8">\n'
        f"<title>{title}</title>\n"
        f'<meta name="description" content="{description}">\n<meta property="og:title" content="{title}">\n'
        f'<meta property="og:description" content="{description}">\n'
        '<meta property="fb:app_id" content="100000000000001">\n'
        f'<meta property="og:site_name" content="{strings["site_name"]}">\n'
        f'<meta property="og:type" content="{head.og_type}">\n{image}'
        f'<meta property="og:url" content="{url}">\n'
        f'<meta name="twitter:title" content="{title}"/>\n'
        f'<meta name="twitter:description" content="{description}"/>\n'
        '<meta name="twitter:card" content="summary_large_image"/>\n'
        '<meta name="viewport" content="width=device-width,initial-scale=1.0">\n'
        f'<link rel="canonical" href="{url}">\n<link rel="alternate" href="{url}" '
        f'hreflang="{frame.words.language}">\n'
        f'{next_link}<meta name="csrf-token" content="{stamp.csrf}">\n'
        f'<meta id="redactionId" content="{strings["redaction_id"]}">\n{amp}{_breadcrumb_list(parts, frame)}'
    )


def _cut(description: str, site_mark: str) -> str:
    """Return a description as the site prints it: with its name behind it, or cut when it is long."""
    if description.endswith("..."):
        return description
    if len(description) > _DESCRIPTION_LIMIT:
        return description[:_DESCRIPTION_LIMIT].rstrip() + "..."
    return f"{description}. {site_mark}"


def _breadcrumb_list(parts: Parts, frame: Frame) -> str:
    trail = (Link("", frame.words.strings["site_name"]), *parts.trail)
    items = [
        f'{{"@type":"ListItem","position":{place},"name":"{link.name}", '
        f'"item":{{"@type":"Thing","@id":"{frame.base}{"/" + link.slug if link.slug else ""}"}}}}'
        for place, link in enumerate(trail, start=1)
    ]
    title = parts.head.title.replace('"', '\\"')
    items.append(f'{{"@type":"ListItem","position":{len(items) + 1},"name":"{title}"}}')
    return (
        '<script type="application/ld+json"> {"@context":"https://schema.org", "@type":"BreadcrumbList", '
        f'"itemListElement":[{", ".join(items)}]}} </script>\n'
    )


def _breadcrumbs(parts: Parts, frame: Frame) -> str:
    home = f'<a href="{frame.base}"> {frame.words.strings["home"]} </a>'
    steps = "".join(f"{frame.link(link)}\n{icon('arrow_icon')}\n" for link in parts.trail)
    return (
        f'<div class="breadcrumbs"><div class="breadcrumbs_wrapper">{home}\n{icon("arrow_icon")}\n{steps}'
        f"<span>{escaped(parts.head.title)}</span></div></div>\n"
    )


def _page_variables(entity_id: int) -> str:
    return (
        f'<script data-cfasync="false" src="{_EMAIL_SCRIPT}"></script>\n'
        f'<script type="text/javascript">\nlet excludedNewsTapeIds = [{entity_id}];\nlet newsId = '
        f"{entity_id};\n"
        "let isHome = 0;\n</script>\n"
    )
