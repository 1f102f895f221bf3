"""Pictures, videos and embeds: where they point, who serves them, which version is the largest. No page structure."""

import re
from collections.abc import Iterable, Mapping
from typing import Literal, NamedTuple
from urllib.parse import urlsplit

from selectolax.lexbor import LexborNode

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
PLACEHOLDERS = ("/img/px.gif", "data:")
# `349227_Name_new_960x500_0.webp`: a version cut to size; `349227_Name.jpg`: the picture as uploaded.
SIZED = re.compile(r"(?:_new)?_(\d{1,5})x(\d{1,5})_\d+\.\w+$")


class Embed(NamedTuple):
    """What an element of somebody else's shows."""

    type: Literal["video", "embed"]
    url: str | None
    provider: str | None


def embed(tag: str, attributes: Mapping[str, str | None], node: LexborNode) -> Embed | None:
    """Return what an element embeds; None when it is no embed."""
    if tag in ("iframe", "embed", "object"):
        return _frame(attributes.get("src") or attributes.get("data-src") or attributes.get("data"))
    if tag in ("video", "audio"):
        return Embed("video", _video_address(attributes, node), None)
    post = attributes.get("data-telegram-post")
    if post:
        return Embed("embed", f"https://t.me/{post}", "telegram")
    if tag in ("blockquote", "div", "section"):
        return _provider_markup(attributes, node)
    return None


def image_address(image: LexborNode) -> str | None:
    """Return an image's address: the lazily loaded one before the placeholder in ``src``."""
    attributes = image.attributes
    for name in ("data-src", "data-original", "src"):
        address = attributes.get(name)
        if address and not address.startswith(PLACEHOLDERS[1]) and not address.endswith(PLACEHOLDERS[0]):
            return address
    return None


def without_cache_buster(url: str) -> str:
    """Return an image's address without its query: on ``og:image`` it is the time of rendering.

    >>> without_cache_buster("https://static.example/1_Town.jpg?id=1765734891")
    'https://static.example/1_Town.jpg'
    """
    return url.partition("?")[0].partition("#")[0]


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


def _frame(src: str | None) -> Embed | None:
    if not src or src.startswith(("about:", "javascript:", "data:")):
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
    return attributes.get("src") or (source.attributes.get("src") if source else None)
