"""Pictures, videos and embeds: where they point, who serves them, which version is the largest. No page structure."""

import re
from collections.abc import Iterable, Mapping
from typing import Literal, NamedTuple
from urllib.parse import urlsplit

from selectolax.lexbor import LexborHTMLParser, LexborNode

from espreso_crawler.pages.page import Page

# Frames that show a video; every other frame is an embed.
VIDEO_HOSTS = {
    "youtube.com": "youtube",
    "youtube-nocookie.com": "youtube",
    "youtu.be": "youtube",
    "vimeo.com": "vimeo",
    "dailymotion.com": "dailymotion",
    "rumble.com": "rumble",
}
EMBED_HOSTS = {
    "t.me": "telegram",
    "telegram.org": "telegram",
    "twitter.com": "x",
    "x.com": "x",
    "facebook.com": "facebook",
    "instagram.com": "instagram",
    "tiktok.com": "tiktok",
    "threads.net": "threads",
    "soundcloud.com": "soundcloud",
    "spotify.com": "spotify",
    "google.com": "google",
}
# The providers' own embed markup: class of the element -> provider.
EMBED_CLASSES = {
    "twitter-tweet": "x",
    "twitter-video": "x",
    "instagram-media": "instagram",
    "tiktok-embed": "tiktok",
    "fb-post": "facebook",
    "fb-video": "facebook",
    "text-post-media": "threads",
    "telegram-post": "telegram",
}
# Where a page that loads lazily keeps the address until it is needed.
LAZY = ("data-src", "data-original", "data-lazy-src", "data-lazy")
SRCSET = ("srcset", "data-srcset", "data-lazy-srcset")
FRAMES = frozenset({"iframe", "embed", "object", "oembed", "lite-youtube", "amp-youtube"})
NO_ADDRESS = ("data:", "about:", "javascript:", "blob:")
PLACEHOLDERS = frozenset(
    "px pixel blank spacer empty transparent placeholder preload preloader load loader loading lazy 1x1".split()  # noqa: SIM905
)
"""Names of picture files that stand where a picture is to be loaded."""
CANDIDATE_END = re.compile(r", |(?<= \d[wx]),|(?<=\d\d[wx]),")  # an address may hold a comma
SIZE = re.compile(r"[0-9]{1,9}(?:\.[0-9]{1,9})?(?=[wx]$)")
COUNTED = {"0", "1"}
"""Sides of a picture that nobody is to see: it counts readers."""
HIGHEST_LINK = 4
"""Levels around a picture up to the link that it stands in."""
PICTURE_FILE = re.compile(r"\.(?:jpe?g|png|webp|gif|avif|svg|bmp|tiff?)$", re.IGNORECASE)
# `349227_Name_new_960x500_0.webp`: a version cut to size; `349227_Name.jpg`: the picture as uploaded.
SIZED = re.compile(r"(?:_new)?_(\d{1,5})x(\d{1,5})_\d+\.\w+$")


class Embed(NamedTuple):
    """What an element of somebody else's shows."""

    type: Literal["video", "embed"]
    url: str | None
    provider: str | None


def embed(tag: str, attributes: Mapping[str, str | None], node: LexborNode) -> Embed | None:
    """Return what an element embeds; None when it is no embed."""
    if tag in FRAMES or "data-oembed-url" in attributes:
        return _frame(_frame_address(tag, attributes))
    if tag in ("video", "audio"):
        return Embed("video", _video_address(attributes, node), None)
    post = attributes.get("data-telegram-post")
    if post:
        return Embed("embed", f"https://t.me/{post}", "telegram")
    if tag in ("blockquote", "div", "section"):
        return _provider_markup(attributes, node)
    return None


class Shown(NamedTuple):
    """A picture as an element of the page shows it."""

    url: str
    """Absolute, the largest version that the element names."""
    alt: str | None
    leads_to: str | None
    """Where a link around it leads, unless to the picture itself."""


def image(node: LexborNode, page: Page) -> Shown | None:
    """Return the picture that an `img`, or an element with one inside, shows; None when it names no address."""
    img = node if node.tag in ("img", "amp-img") else node.css_first("img")
    url = page.absolute(image_address(img)) if img is not None else None
    if img is None or not url or {img.attributes.get("width"), img.attributes.get("height")} <= COUNTED:
        return None
    target = page.absolute(_link_around(img))
    is_file = target is not None and PICTURE_FILE.search(without_cache_buster(target)) is not None
    versions = [url, target] if target and is_file else [url]
    alt = img.attributes.get("alt") or img.attributes.get("title")
    return Shown(largest(map(Picture.of, versions)).url, alt, None if is_file else target)


def image_address(img: LexborNode) -> str | None:
    """Return an image's address: the lazily loaded one before that in ``src``, which may be a placeholder.

    Without any, the largest of its set, of its `picture`'s, or of what stands beside it for readers without scripts.
    """
    attributes = img.attributes
    return (
        _first_address(attributes, (*LAZY, "src"))
        or _from_sets(attributes)
        or next(filter(None, map(_from_sets, _sources(img))), None)
        or _without_scripts(img)
    )


def without_cache_buster(url: str) -> str:
    """Return the address of a picture file without its query: on ``og:image`` it is the time of rendering.

    An address that names no file needs its query.

    >>> without_cache_buster("https://static.example/1_Town.jpg?id=1765734891")
    'https://static.example/1_Town.jpg'
    >>> without_cache_buster("https://static.example/image.php?id=5#top")
    'https://static.example/image.php?id=5'
    """
    url = url.partition("#")[0]
    path = url.partition("?")[0]
    return path if PICTURE_FILE.search(path) else url


class Picture(NamedTuple):
    """One version of a picture."""

    url: str
    """Its address, without cache-buster."""
    name: str
    """What all versions of the picture have in common: the address without size and ending."""
    area: float
    """Width times height in pixels; infinite for the picture as uploaded, which every version is cut from."""

    @classmethod
    def of(cls, url: str) -> "Picture":
        """Return the picture an address names.

        >>> Picture.of("https://static.example/1_Town_new_960x500_0.webp")
        Picture(url='https://static.example/1_Town_new_960x500_0.webp', name='https://static.example/1_Town',
                area=480000)
        """
        url = without_cache_buster(url)
        size = SIZED.search(url)
        if size:
            return cls(url, url[: size.start()], int(size[1]) * int(size[2]))
        stem, dot, ending = url.rpartition(".")
        return cls(url, stem if dot and "/" not in ending else url, float("inf"))


def largest(pictures: Iterable[Picture]) -> Picture:
    """Return the largest version of the first picture named.

    >>> largest(map(Picture.of, ["https://s.example/1_T_new_960x500_0.webp", "https://s.example/1_T.jpg?id=7"])).url
    'https://s.example/1_T.jpg'
    """
    first, *others = pictures
    return max([first, *(other for other in others if other.name == first.name)], key=lambda picture: picture.area)


def _first_address(attributes: Mapping[str, str | None], names: Iterable[str]) -> str | None:
    """Return the first address that is no placeholder."""
    for name in names:
        address = attributes.get(name)
        if address and not _is_placeholder(address):
            return address
    return None


def _is_placeholder(address: str) -> bool:
    name = address.partition("?")[0].rpartition("/")[2].partition(".")[0]
    return name.lower() in PLACEHOLDERS or address.lstrip().lower().startswith(NO_ADDRESS)


def _from_sets(attributes: Mapping[str, str | None]) -> str | None:
    """Return the largest candidate of a set of pictures (HTML Standard, "srcset attributes")."""
    found: list[tuple[float, str]] = []
    for value in filter(None, map(attributes.get, SRCSET)):
        for candidate in CANDIDATE_END.split(" ".join(value.split())):
            address, _, wanted = candidate.rstrip(",").partition(" ")
            size = SIZE.match(wanted)
            if address and not _is_placeholder(address):
                found.append((float(size[0]) if size else 1.0, address))
    return max(found, key=lambda candidate: candidate[0])[1] if found else None


def _link_around(img: LexborNode) -> str | None:
    up = img.parent
    for _ in range(HIGHEST_LINK):
        if up is None or up.tag in ("a", "p", "div"):
            break
        up = up.parent
    return up.attributes.get("href") if up is not None and up.tag == "a" else None


def _sources(img: LexborNode) -> list[Mapping[str, str | None]]:
    around = img.parent
    if around is None or around.tag != "picture":
        return []
    return [source.attributes for source in around.css("source")]


def _without_scripts(img: LexborNode) -> str | None:
    """Return the address in the `noscript` after an image, whose content is text to a parser that knows scripts."""
    after = img.next
    if after is None or after.tag != "noscript":
        return None
    inner = LexborHTMLParser(after.text() or "").css_first("img")
    return _first_address(inner.attributes, ("src",)) if inner is not None else None


def _frame_address(tag: str, attributes: Mapping[str, str | None]) -> str | None:
    if tag in ("lite-youtube", "amp-youtube"):
        number = attributes.get("videoid") or attributes.get("data-videoid")
        return f"https://www.youtube.com/embed/{number}" if number else None
    return _first_address(attributes, ("url", "data-oembed-url", *LAZY, "src", "data"))


def _frame(src: str | None) -> Embed | None:
    if not src or _is_placeholder(src):
        return None
    host = _host(src)
    video = _provider(host, VIDEO_HOSTS)
    return Embed("video", src, video) if video else Embed("embed", src, _provider(host, EMBED_HOSTS) or host or None)


def _host(src: str) -> str:
    try:
        return urlsplit(src).netloc.removeprefix("www.")
    except ValueError:  # an address that is none, such as an open bracket for a host
        return ""


def _provider(host: str, hosts: Mapping[str, str]) -> str | None:
    return next((name for known, name in hosts.items() if host == known or host.endswith("." + known)), None)


def _provider_markup(attributes: Mapping[str, str | None], node: LexborNode) -> Embed | None:
    classes = (attributes.get("class") or "").split()
    if "video-js" in classes:
        inner = node.css_first("video")
        return Embed("video", _video_address(inner.attributes, inner) if inner else None, None)
    provider = next((EMBED_CLASSES[name] for name in classes if name in EMBED_CLASSES), None) or _script_after(node)
    return Embed("embed", _post_address(attributes, node), provider) if provider else None


def _script_after(node: LexborNode) -> str | None:
    """Return the provider whose script follows a quotation: it turns the quotation into a post."""
    after = node.next
    while after is not None and after.tag == "-text" and not (after.text_content or "").strip():
        after = after.next
    if node.tag != "blockquote" or after is None or after.tag != "script":
        return None
    return _provider(_host(after.attributes.get("src") or ""), EMBED_HOSTS)


def _post_address(attributes: Mapping[str, str | None], node: LexborNode) -> str | None:
    for name in ("data-href", "cite", "data-instgrm-permalink"):
        if attributes.get(name):
            return attributes[name]
    links = node.css("a[href]")  # the last link of a post's markup is the post itself, on its date
    return links[-1].attributes.get("href") if links else None


def _video_address(attributes: Mapping[str, str | None], node: LexborNode) -> str | None:
    source = node.css_first("source[src]")
    own = _first_address(attributes, ("src", *LAZY))
    return own or (source.attributes.get("src") if source else None)
