"""Article n: all about it, computed from the site's seed and its number, so that a million cost no memory."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import lru_cache
from typing import NamedTuple

from espreso_crawler.demo_site.blocks import Block, paragraph
from espreso_crawler.demo_site.body import BodyMaker
from espreso_crawler.demo_site.chance import Dice, mixed
from espreso_crawler.demo_site.edition import Columnist, Edition, Link
from espreso_crawler.demo_site.oddities import Kind, Spell, has_oddity, kind_of, spell_of
from espreso_crawler.demo_site.prose import prose_of
from espreso_crawler.demo_site.slugs import article_slug, hex_slug, number_in, second_slug, words_slug
from espreso_crawler.demo_site.stories import Story
from espreso_crawler.demo_site.timeline import Timeline, kyiv_time

_FIRST_ENTITY_ID = 300_000
_PHOTOS = 130_000
_RELATED = 3
_REPRINT_DISTANCE = 24
_IMPORTANT_ONE_IN = 3


class Photo(NamedTuple):
    """A picture: its path without size and ending (`/uploads/…/349227_harbour`), its alternative text."""

    stem: str
    alt: str


@dataclass(frozen=True, slots=True)
class Brief:
    """What the feed, the cards and the lists show of an article.

    `minute` is the publication minute since 1970 (UTC). `label` is printed as it stands here; empty for none.
    """

    number: int
    minute: int
    entity_id: int
    slug: str
    alias: str | None
    kind: Kind
    headline: str
    rubric: Link
    author: Link | Columnist
    author_has_page: bool
    label: str
    tags: tuple[Link, ...]
    photo: Photo
    is_important: bool
    reprint_of: int | None

    @property
    def published(self) -> datetime:
        """The time of publication in Kyiv."""
        return kyiv_time(self.minute)

    @property
    def old_path(self) -> str:
        """The address of the old form, `news/<year>/<month>/<day>/<slug_with_underscores>`."""
        return f"news/{self.published:%Y/%m/%d}/{self.slug.replace('-', '_')}"


@dataclass(frozen=True, slots=True)
class Article:
    """A whole article: its brief, the mark in its header, lead, body, and what stands under the picture."""

    brief: Brief
    mark: str
    lead: str | None
    blocks: tuple[Block, ...]
    captions: tuple[str, ...]
    credit: str
    modified: datetime
    related: tuple[int, ...]
    jsonld_headline: str


class Newsroom:
    """Makes the articles of one site as first published, some of them stories; knows neither clock nor updates."""

    def __init__(
        self,
        words: Edition,
        timeline: Timeline,
        seed: int,
        spells: tuple[Spell, ...] = (),
        stories: Mapping[int, Story] | None = None,
    ) -> None:
        self.words = words
        self.timeline = timeline
        self._spells = spells
        self._stories = stories or {}
        self._subject_slugs = {subject: words_slug(subject) for subject in words.photo_subjects}
        self.brief: Callable[[int], Brief] = lru_cache(maxsize=4096)(self._brief)
        self._seed = seed
        self._prose = prose_of(words.language, seed)
        self._bodies = BodyMaker(words, self._prose)

    def article(self, number: int) -> Article:
        """Return the whole article of a number."""
        brief = self.brief(number)
        dice = Dice(self._seed, number, 2)
        suffix = self.words.strings["column_suffix"].format(author=brief.author.name) if brief.kind == "column" else ""
        return Article(
            brief=brief,
            # The header of an updated article shows no mark: only the feed says Updated.
            mark="" if brief.label == self.words.strings["label_updated"] else brief.label,
            lead=self._lead(number, dice),
            blocks=self._blocks(brief),
            captions=self._captions(brief, dice),
            credit=dice.pick(self.words.photo_sources),
            modified=brief.published + timedelta(seconds=5 + mixed(self._seed, number, 5) % 50),
            related=tuple(n for step in range(1, _RELATED + 1) if (n := number - step * 7 - dice.below(5)) > 0),
            jsonld_headline=self._metadata_headline(number) or brief.headline + suffix,
        )

    def sentence(self, number: int, revision: int) -> str:
        """Return the sentence that an update adds to an article."""
        return self._prose.sentence(Dice(self._seed, number, 100 + revision))

    def number_of(self, slug: str) -> int | None:
        """Return the number of the article with this slug or second slug, published or not."""
        number = number_in(slug)
        if not number or number > self.timeline.last_number:
            return None
        brief = self.brief(number)
        return number if slug in {brief.slug, brief.alias} else None

    def slug_of_old(self, path: str) -> str | None:
        """Return the slug that an address of the old form leads to, as the site had it in 2018; else None."""
        if not path.startswith("news/"):
            return None
        slug = path.rpartition("/")[2].replace("_", "-")
        number = self.number_of(slug)
        return slug if number is not None and path == self.brief(number).old_path else None

    def _metadata_headline(self, number: int) -> str:
        story = self._stories.get(number)
        return story.metadata_headline if story else ""

    def _lead(self, number: int, dice: Dice) -> str | None:
        if story := self._stories.get(number):
            return story.lead
        return None if has_oddity(number, "no_lead") else self._prose.lead(dice)

    def _blocks(self, brief: Brief) -> tuple[Block, ...]:
        if story := self._stories.get(brief.number):
            sources = [number for number, other in self._stories.items() if other.key == story.copy_of]
            above = self._blocks(self.brief(sources[0])) if sources else ()
            return (*above, *map(paragraph, story.paragraphs))
        if brief.reprint_of:
            copied = self._blocks(self.brief(brief.reprint_of))
            return (*copied, paragraph(self.words.strings["reprint_note"].format(count=1)))
        dice = Dice(self._seed, brief.number, 3)
        spell = spell_of(brief.number, self._spells)
        blocks = self._bodies.blocks(
            brief.number,
            brief.kind,
            dice,
            lambda back: self._link(brief.number - back),
            times=spell.times if spell else 1,
        )
        return blocks + self._bodies.note(brief.author) if isinstance(brief.author, Columnist) else blocks

    def _kind(self, number: int) -> Kind:
        spell = spell_of(number, self._spells)
        return spell.kind if spell else kind_of(number)

    def _link(self, number: int) -> Link:
        brief = self.brief(max(number, 1))
        return Link(brief.slug, brief.headline)

    def _captions(self, brief: Brief, dice: Dice) -> tuple[str, ...]:
        if has_oddity(brief.number, "no_caption"):
            return ()
        subject = brief.photo.alt or dice.pick(self.words.photo_subjects)
        return (subject, self._prose.sentence(dice)) if has_oddity(brief.number, "long_caption") else (subject,)

    def _brief(self, number: int) -> Brief:
        story = self._stories.get(number)
        return self._told(self._drawn(number), story) if story else self._drawn(number)

    def _told(self, brief: Brief, story: Story) -> Brief:
        return replace(
            brief,
            kind="news",
            headline=story.headline,
            slug=article_slug(words_slug(f"{self.words.menu[0].slug} {story.headline}"), brief.number),
            alias=None,
            rubric=self.words.rubrics[0],
            author=self.words.authors[brief.number % len(self.words.authors)],
            author_has_page=True,
            label=self.words.strings[f"label_{story.label}"] if story.label else "",
            tags=tuple(Link(words_slug(name), name) for name in story.tags),
            reprint_of=None,
        )

    def _drawn(self, number: int) -> Brief:
        kind = self._kind(number)
        source = self._reprinted(number) if kind == "reprint" else None
        if source:
            return self._reprint(source, number)
        dice = Dice(self._seed, number, 1)
        rubric = self.words.column_rubric if kind == "column" else dice.pick(self.words.rubrics)
        headline = self._prose.headline(dice, rubric.slug if kind in {"news", "reprint"} else kind)
        slug = self._slug(number, headline, dice)
        return Brief(
            number=number,
            minute=self.timeline.published_minute(number),
            entity_id=self._entity_id(number),
            kind=kind,
            headline=headline,
            slug=slug,
            alias=second_slug(slug) if has_oddity(number, "second_slug") else None,
            rubric=rubric,
            author=dice.pick(self.words.columnists) if kind == "column" else dice.pick(self.words.authors),
            author_has_page=kind == "column" or not has_oddity(number, "no_author_link"),
            label=self._label(number, kind, dice),
            tags=tuple(dice.several(self.words.tags, 2 + dice.below(4))),
            photo=self._photo(number, dice),
            is_important=dice.chance(_IMPORTANT_ONE_IN),
            reprint_of=None,
        )

    def _reprint(self, source: Brief, number: int) -> Brief:
        return replace(
            source,
            number=number,
            minute=self.timeline.published_minute(number),
            entity_id=self._entity_id(number),
            kind="reprint",
            slug=hex_slug(source.slug.rpartition("-")[0], number),
            alias=None,
            label="",
            reprint_of=source.number,
        )

    def _reprinted(self, number: int) -> Brief | None:
        earlier = range(number - _REPRINT_DISTANCE, 0, -1)
        return next((self.brief(n) for n in earlier if self._kind(n) == "news" and n not in self._stories), None)

    def _entity_id(self, number: int) -> int:
        return _FIRST_ENTITY_ID + 3 * number + mixed(self._seed, number, 4) % 3

    def _slug(self, number: int, headline: str, dice: Dice) -> str:
        prefix = dice.pick((*self.words.rubrics, self.words.menu[0])).slug
        is_long = has_oddity(number, "long_slug")
        text = f"{headline} {self._prose.lead(dice)} {self._prose.lead(dice)}" if is_long else headline
        return article_slug(words_slug(f"{prefix} {text}"), number, is_long=is_long)

    def _label(self, number: int, kind: Kind, dice: Dice) -> str:
        strings = self.words.strings
        if kind == "sponsored":
            return dice.pick(self.words.sponsored_labels)
        if kind in {"column", "interview", "review"}:
            return strings["label_opinion" if kind == "column" else f"label_{kind}"]
        if has_oddity(number, "exclusive"):
            return strings["label_exclusive"]
        return strings["label_updated"] if has_oddity(number, "born_updated") else ""

    def _photo(self, number: int, dice: Dice) -> Photo:
        photo, subject = 300_000 + number * 7 % _PHOTOS, dice.pick(self.words.photo_subjects)
        folder = photo // 1000 * 1000
        stem = f"/uploads/photobank/{folder}_{folder + 1000}/{photo}_{self._subject_slugs[subject]}"
        return Photo(stem, "" if has_oddity(number, "no_alt") else subject)
