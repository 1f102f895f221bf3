"""Tags and near-duplicates: how well, how fast, and how the cost grows with vocabulary and index."""

import random
import resource
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from espreso_crawler import record
from espreso_crawler.items import Article
from espreso_crawler.ledger import Ledger, Neighbour, Rules, Run, new_run_id
from espreso_crawler.ledger.articles.neighbours import write
from espreso_crawler.near_duplicates import sketch
from espreso_crawler.near_duplicates.sketch import BANDS, PERMUTATIONS
from espreso_crawler.tagging import Tagger
from espreso_crawler.vocabularies.concepts import Concept, Vocabularies
from espreso_crawler.vocabularies.loading import load
from espreso_crawler.vocabularies.stems import Pattern, pattern
from tests.benchmarks.report import show
from tests.near_duplicates.generated import pairs
from tests.near_duplicates.scores import scores as copies_scores
from tests.site import Site, SiteOptions
from tests.tagging.labelled import scores, texts

ROUNDS, TURN = 21, 30
SIZE = 3_000
"""Characters of the measured article, a third of them full of names."""
TIMES = 10
WINDOWS = (1_000, 10_000, 100_000)
ASKED, BATCH, FILLED_AT_ONCE = 300, 40, 5_000
WINDOW = 3 * 86_400
"""Seconds to either side, as in the settings."""
LETTERS = ("bcdfghklmnprstvwz", "aeiou", "бвгджзклмнпрстфхцчшщ", "аеиоуюяіїє")


def table() -> None:
    """Measure and print."""
    _quality()
    _speed()
    _index()


def _quality() -> None:
    tags = [
        (
            kind,
            f"{score.precision:.3f}",
            f"{score.recall:.3f}",
            f"{score.right}",
            f"{len(score.wrong)}",
            f"{len(score.missed)}",
        )
        for kind, score in sorted(scores().items())
    ]
    note = "mentions by their exact place; topics by article; texts and labels in tests/tagging/"
    show("Tags of the hand-labelled texts", ("", "precision", "recall", "right", "wrong", "missed"), tags, note)
    made = pairs(100)
    precision, recall, mistakes = copies_scores(made)
    wrong = ", ".join(f"{count} {relation}" for relation, count in mistakes.items()) or "none"
    copies = [(f"{len(made)} generated pairs", f"{precision:.3f}", f"{recall:.3f}")]
    show("Near-duplicates", ("", "precision", "recall"), copies, f"mistakes: {wrong}")


def _speed() -> None:
    own = load()
    taggers = {"the project's": Tagger(own), f"{TIMES} times as large": Tagger(_enlarged(own, TIMES))}
    rows = []
    for language in ("en", "uk"):
        item = typical(language)
        times = _interleaved({name: partial(each.tag, item) for name, each in taggers.items()})
        base = times["the project's"]
        for name, taken in times.items():
            taggers[name].tag(item)
            mentions = sum(len(tag.mentions) for tag in item.tags)
            ratio = median(mine / theirs for mine, theirs in zip(taken, base, strict=True))
            rows.append(
                (f"{language}, vocabulary {name}", f"{median(taken) * 1000:.3f}", f"{ratio:.2f}", f"{mentions}")
            )
    show(f"Tagging an article of {SIZE:,} characters", ("", "ms", "× the project's", "mentions"), rows)


def _index() -> None:
    rows, first = [], 0.0
    for size in WINDOWS:
        with TemporaryDirectory() as folder:
            parts, grown = _asked(Path(folder), size)
        first = first or sum(parts)
        times = [f"{part * 1000:.3f}" for part in (*parts, sum(parts))]
        rows.append((f"{size:,}", *times, f"{sum(parts) / first:.2f}", f"{grown:.1f}"))
    columns = ("in the window", "sketch, ms", "query, insert", "share of commit", "in all", "× the first", "MB more")
    show(
        "Near-duplicates: one article", columns, rows, "a commit for every 40, as in a crawl; MB: memory, after filling"
    )


def typical(language: str) -> Article:
    """Return an article: a third from the labelled texts, the rest of the demo site's prose, which has few names."""
    paragraphs = "\n\n".join(text.article.article_body or "" for text in texts(f"labelled_{language}")).split("\n\n")
    random.Random(SIZE).shuffle(paragraphs)  # noqa: S311
    dense = "\n\n".join(paragraphs)[: SIZE // 3]
    site = Site(SiteOptions(language=language))  # type: ignore[arg-type]
    prose = "\n\n".join(_prose(site))[: SIZE - len(dense)]
    first = texts(f"labelled_{language}")[14].article
    return Article(headline=first.headline, description=first.description, article_body=f"{dense}\n\n{prose}")


def _prose(site: Site) -> Iterator[str]:
    for number in range(site.newest - 20, site.newest):
        yield site.truth(number).article_body or ""


def _interleaved(subjects: dict[str, Callable[[], object]]) -> dict[str, list[float]]:
    """Return seconds a call; each round gives each subject its turn, so that noise hits all of them."""
    times: dict[str, list[float]] = {name: [] for name in subjects}
    for _ in range(ROUNDS):
        for name, subject in subjects.items():
            subject()
            turns = []
            for _ in range(TURN):
                started = time.perf_counter()
                subject()
                turns.append(time.perf_counter() - started)
            times[name].append(median(turns))
    return times


def _enlarged(own: Vocabularies, times: int) -> Vocabularies:
    """Return the vocabularies with invented concepts added: the same patterns in other letters."""
    added = [_disguised(concept, turn) for turn in range(1, times) for concept in own.concepts]
    return replace(own, concepts=(*own.concepts, *added))


def _disguised(concept: Concept, turn: int) -> Concept:
    swap = str.maketrans({
        letter: letters[(place + turn) % len(letters)]
        for group in LETTERS
        for letters in (group, group.upper())
        for place, letter in enumerate(letters)
    })  # fmt: skip

    def other(each: Pattern) -> Pattern:
        return pattern(each.text.translate(swap))

    return replace(concept, id=f"{concept.id}-{turn}", patterns=tuple(map(other, concept.patterns)), not_in=())


def _asked(folder: Path, size: int) -> tuple[tuple[float, ...], float]:
    """Return seconds for one article with so many in the window, part by part, and MB by which memory grew."""
    run = Run(new_run_id(datetime.now(UTC)), "bench", {}, datetime.now(UTC))
    ledger = Ledger.open(folder / "l.sqlite3", output=folder / "o", state=folder, run=run, record=record, rules=Rules())
    chance = random.Random(size)  # noqa: S311
    for start in range(0, size, FILLED_AT_ONCE):
        with ledger.session.db.transaction("bench"):
            numbers = range(start, min(size, start + FILLED_AT_ONCE))
            write(ledger.session.db, [_random_text(number, chance) for number in numbers], now=0)
    items = [each.first for each in pairs(ASKED // 9 + 1, seed=size)][:ASKED]
    before = _megabytes()
    taken = [_batch(ledger, items[at : at + BATCH], size + at) for at in range(0, len(items), BATCH)]
    grown = _megabytes() - before
    ledger.close("finished", 0)
    return tuple(map(median, zip(*taken, strict=True))), grown


def _batch(ledger: Ledger, items: list[Article], first: int) -> tuple[float, float, float]:
    """Return seconds an article for sketches, for query and insert, and for the commit."""
    started = time.perf_counter()
    sketches = [own for item in items if (own := sketch(item))]
    kept = [
        Neighbour(f"ua:{number}", 2 * WINDOW, own.to_bytes(), own.keys(), 2**40)
        for number, own in enumerate(sketches, first)
    ]
    sketched = time.perf_counter()
    with ledger.session.db.transaction("bench"):
        for text in kept:
            ledger.neighbours.near(text, seconds=WINDOW)
        write(ledger.session.db, kept, now=0)
        written = time.perf_counter()
    done = time.perf_counter()
    count = len(items)
    return (sketched - started) / count, (written - sketched) / count, (done - written) / count


def _random_text(number: int, chance: random.Random) -> Neighbour:
    keys = tuple(chance.getrandbits(64) - 2**63 for _ in range(BANDS))
    return Neighbour(
        f"ua:{number}", WINDOW + chance.randrange(2 * WINDOW), chance.randbytes(4 * PERMUTATIONS), keys, 2**40
    )


def _megabytes() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
