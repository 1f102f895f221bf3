"""The blocks of a body as the site's editor leaves them: nested spans, no-break spaces, empty tags."""

from collections.abc import Iterable

from espreso_crawler.demo_site.blocks import Block, Run, Runs, runs_text
from espreso_crawler.demo_site.escaping import body_text, escaped, hidden_email
from espreso_crawler.demo_site.oddities import has_oddity

_EMPTY_SPAN = '<span class="Apple-converted-space"></span>'


def body_html(blocks: Iterable[Block], number: int, base: str) -> str:
    """Return the inside of `div.news-content`; `number` decides on the article's habits of markup."""
    parts = [_block_html(block, number + place, base) for place, block in enumerate(blocks)]
    if has_oddity(number, "empty_paragraph"):
        parts.insert(1, "<p><br></p>")
        parts.append("<p>&nbsp;</p>")
    return "\n".join(parts)


def glued_text(blocks: Iterable[Block]) -> str:
    """Return the body as JSON-LD has it: paragraphs glued together, entities escaped once too often."""
    texts = (runs_text(item) for block in blocks for item in (block.items or (block.runs,)) if block.type != "embed")
    return escaped("".join(texts))


def _block_html(block: Block, odd: int, base: str) -> str:
    if block.type == "list":
        items = "".join(f"<li>{_runs_html(item, odd + 1, base)}</li>" for item in block.items)
        return f"<ul>{items}</ul>"
    if block.type == "heading" and block.level:
        return f"<h{block.level}>{_runs_html(block.runs, 0, base)}</h{block.level}>"
    if block.type == "quote":
        return f"<blockquote><p>{_runs_html(block.runs, odd, base)}</p></blockquote>"
    if block.type == "image":
        return f'<p><img class="infographics-img" src="{base}{block.url}" alt="{escaped(block.alt)}"></p>'
    if block.type in {"video", "embed"}:
        return _embed_html(block)
    return f"<p>{_runs_html(block.runs, odd, base)}</p>"


def _runs_html(runs: Runs, odd: int, base: str) -> str:
    spanned = len(runs) > 1 or bool(odd % 2)
    has_nbsp = has_oddity(odd, "nbsp")
    html = "".join(_run_html(run, base, spanned=spanned, has_nbsp=has_nbsp) for run in runs)
    return html + _EMPTY_SPAN if has_oddity(odd, "empty_span") else html


def _run_html(run: Run, base: str, *, spanned: bool, has_nbsp: bool) -> str:
    text = body_text(run.text)
    if has_nbsp:
        text = text.replace(" ", "&nbsp;", 2)
    if run.style == "mail":
        return (
            '<a href="/cdn-cgi/l/email-protection" class="__cf_email__" '
            f'data-cfemail="{hidden_email(run.text)}">'
            "[email&#160;protected]</a>"
        )
    if run.style == "link":
        href = f"{base}{run.href}" if run.href.startswith("/") else run.href
        return f'<a target="_blank" href="{href}" rel="nofollow"><span>{text}</span></a>'
    tag = {"bold": "strong", "italic": "i"}.get(run.style, "span" if spanned else "")
    return f"<{tag}>{text}</{tag}>" if tag else text


def _embed_html(block: Block) -> str:
    if block.provider == "youtube":
        return (
            f'<p><iframe width="560" height="315" src="{block.url}" title="YouTube video player" '
            'frameborder="0" '
            "allowfullscreen></iframe></p>"
        )
    if block.provider == "telegram":
        post = block.url.removeprefix("https://t.me/")
        widget = "https://telegram.org/js/telegram-widget.js?22"
        return f'<script async src="{widget}" data-telegram-post="{post}"></script>'
    return (
        f'<blockquote class="twitter-tweet"><p dir="ltr">{body_text(block.text)}</p>&mdash; Demo Town '
        "(@demo_town) "
        f'<a href="{block.url}">2026</a></blockquote>'
        '<script async src="https://platform.twitter.com/widgets.js"></script>'
    )
