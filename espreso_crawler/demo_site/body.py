"""The body of article n: paragraphs, with the oddities of its number set between them."""

from collections.abc import Callable, Iterator

from espreso_crawler.demo_site.blocks import Block, Run, Runs, paragraph
from espreso_crawler.demo_site.chance import Dice
from espreso_crawler.demo_site.edition import Columnist, Edition, Link
from espreso_crawler.demo_site.oddities import Kind, has_oddity
from espreso_crawler.demo_site.prose import Prose

_FEWEST_PARAGRAPHS = 5
_MORE_PARAGRAPHS = 9
_DESK_ADDRESS = "desk@news.example"

Earlier = Callable[[int], Link]
"""Gives the slug and headline of the article so many numbers back."""


class BodyMaker:
    """Writes the bodies of one site's articles."""

    def __init__(self, words: Edition, prose: Prose) -> None:
        self._words = words
        self._prose = prose

    def blocks(self, number: int, kind: Kind, dice: Dice, earlier: Earlier, times: int = 1) -> tuple[Block, ...]:
        """Return the body of an article, so many `times` as long; promo lines are in it, marked by their type."""
        if kind == "video":
            return (_youtube(dice), paragraph(self._prose.sentence(dice)))
        extras = list(self._extras(number, dice, earlier))
        count = max(times * (_FEWEST_PARAGRAPHS + dice.below(_MORE_PARAGRAPHS)), len(extras) + 1)
        blocks = [*self._opening(number, dice)]
        for place in range(count):
            blocks.append(self._paragraph(number + place, dice))
            blocks += extras[place] if place < len(extras) else ()
        if has_oddity(number, "repeated_paragraph"):
            blocks.append(blocks[0])
        return tuple(blocks)

    def note(self, author: Columnist) -> tuple[Block, ...]:
        """Return the tail of a column: the note about its author and the newsroom's disclaimer."""
        lines = (
            self._words.strings["column_lead"],
            self._words.strings["about_author"].format(note=author.note),
            self._words.strings["disclaimer"],
        )
        return tuple(Block("note", (Run(line),)) for line in lines if line)

    def _opening(self, number: int, dice: Dice) -> Iterator[Block]:
        if has_oddity(number, "agency"):
            agency = dice.pick(self._words.agencies)
            before, _, after = self._words.strings["agency_report"].partition("{agency}")
            source = Run(agency, "link", f"https://agency.example/{number}")
            yield Block("paragraph", tuple(run for run in (Run(before), source, Run(after)) if run.text))

    def _paragraph(self, odd: int, dice: Dice) -> Block:
        text = self._prose.paragraph(dice)
        if has_oddity(odd, "adjacent_tags"):
            return Block("paragraph", _split_word(text))
        if has_oddity(odd, "run_in"):
            return Block("paragraph", (Run(self._prose.phrase(dice, "runins"), "bold"), Run(" " + text)))
        if has_oddity(odd, "italic"):
            return Block("paragraph", (Run(text + " "), Run(self._prose.sentence(dice), "italic")))
        return paragraph(text)

    def _extras(self, number: int, dice: Dice, earlier: Earlier) -> Iterator[tuple[Block, ...]]:
        """Yield what stands between two paragraphs of this article, one gap at a time."""
        prose = self._prose
        if has_oddity(number, "subheads"):
            for level in (2, 3):
                yield (Block("heading", (Run(prose.phrase(dice, "subheads")),), level=level),)
        if has_oddity(number, "bold_heads"):
            yield (Block("heading", (Run(prose.phrase(dice, "subheads"), "bold"),)),)
        if has_oddity(number, "quote"):
            yield (Block("quote", (Run(prose.quotation(dice)),)),)
        if has_oddity(number, "promo_read_also"):
            yield (self._promo(earlier(3)),)
        if has_oddity(number, "inline_image"):
            yield (_image(number, self._words.photo_subjects[number % len(self._words.photo_subjects)]),)
        yield from self._embeds(number, dice)
        if has_oddity(number, "list"):
            items = [(Run(prose.sentence(dice)),) for _ in range(2 + dice.below(3))]
            yield (Block("list", items=(self._recall(dice, earlier(5)), *items)),)
        if has_oddity(number, "mail"):
            mail = (Run(self._words.strings["press_line"] + " "), Run(_DESK_ADDRESS, "mail"), Run("."))
            yield (Block("paragraph", mail),)
        if has_oddity(number, "promo_follow"):
            yield (Block("promo", (Run(self._words.strings["promo_follow"]),)),)

    def _embeds(self, number: int, dice: Dice) -> Iterator[tuple[Block, ...]]:
        if has_oddity(number, "youtube"):
            yield (_youtube(dice),)
        if has_oddity(number, "telegram"):
            yield (Block("embed", url=f"https://t.me/demo_town_news/{number}", provider="telegram"),)
        if has_oddity(number, "x"):
            post = f"https://twitter.com/demo_town/status/{1_700_000_000_000_000_000 + number}"
            yield (Block("embed", (Run(self._prose.sentence(dice)),), url=post, provider="x"),)

    def _promo(self, target: Link) -> Block:
        before, _, after = self._words.strings["promo_read_also"].partition("{headline}")
        return Block("promo", (Run(before, "bold"), Run(target.name + after, "link", f"/{target.slug}")))

    def _recall(self, dice: Dice, target: Link) -> Runs:
        before, linked, after = self._prose.phrase(dice, "recall").split("\0")
        return (Run(before), Run(linked, "link", f"/{target.slug}"), Run(after))


def _split_word(text: str) -> Runs:
    """Return runs whose borders fall inside a word and beside a space: neither may change a space."""
    half = len(text.split(" ", 1)[0]) // 2
    middle = text.find(" ", len(text) // 2)
    if not half or middle < 0:
        return (Run(text),)
    return (Run(text[:half], "bold"), Run(text[half:middle]), Run(text[middle:], "italic"))


def _youtube(dice: Dice) -> Block:
    letters = "".join(dice.pick("abcdefghijkmnpqrstuvwxyzABCDEFGH0123456789_-") for _ in range(11))
    return Block("video", url=f"https://www.youtube.com/embed/{letters}", provider="youtube")


def _image(number: int, alt: str) -> Block:
    return Block("image", url=f"/uploads/content/{number}_scheme.png", alt=alt)
