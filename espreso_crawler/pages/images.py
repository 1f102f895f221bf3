"""The pictures of an article: the main one in its largest version, and where that was found."""

from collections.abc import Iterable

from selectolax.lexbor import LexborNode

from espreso_crawler.items import Image, Provenance, Source
from espreso_crawler.pages import header_shape, media
from espreso_crawler.pages.parts import Parts
from espreso_crawler.pages.text import lines_of
from espreso_crawler.pages.text.blocks import RawBlock, raw_blocks
from espreso_crawler.processors import text
from espreso_crawler.processors.captions import caption_and_credit

IMAGE = ".in_news_single__image img"
VIDEO = ", ".join(f".in_news_single__image {tag}" for tag in ("iframe", "video", "lite-youtube", "oembed"))
IMAGE_TEXT = ".img-text"


def main_image(parts: Parts) -> tuple[Image, Provenance] | None:
    """Return the picture above the body and where its address stood; None when no source names one."""
    node = parts.in_header(IMAGE) or _named(parts)
    printed = media.image_address(node) if node else None
    known = [(source, media.Picture.of(url)) for source, url in _claims(parts, printed)]
    if not known:
        return None
    main = media.largest(picture for _, picture in known)
    source = next(source for source, picture in known if picture == main)
    agrees = all(picture.name == main.name for _, picture in known) if known[1:] else None
    caption, credit = caption_and_credit(_lines_under(parts))
    alt = text.value(node.attributes.get("alt") or node.attributes.get("title")) if node else None
    return Image(main.url, "main", caption, credit, alt), Provenance("images", source, agrees)


def _named(parts: Parts) -> LexborNode | None:
    """Return the picture near the headline that the metadata names, where the header's markup is unknown."""
    if parts.shape is None:
        return None
    names = {media.Picture.of(url).name for _, url in _claims(parts, None)}
    for image in parts.shape.css("img"):
        address = parts.page.absolute(media.image_address(image))
        if address and media.Picture.of(address).name in names:
            return image
    return None


def _lines_under(parts: Parts) -> Iterable[str | None]:
    under = parts.in_header(IMAGE_TEXT)
    if under is not None:
        return lines_of(under)
    return header_shape.lines_under_picture(parts.shape) if parts.shape is not None else []


def header_video(parts: Parts) -> list[RawBlock]:
    """Return the video that stands in place of the picture above the body, if one does."""
    node = parts.in_header(VIDEO)
    return [block for block in raw_blocks([[node]], parts.page) if block.type == "video"] if node is not None else []


def _claims(parts: Parts, printed: str | None) -> list[tuple[Source, str]]:
    absolute = parts.page.absolute
    claims: list[tuple[Source, str | None]] = [("markup", absolute(printed))]
    claims += [("jsonld", absolute(url)) for url in parts.jsonld.images]
    claims.append(("og", absolute(parts.page.meta.get("og:image"))))
    return [(source, url) for source, url in claims if url]
