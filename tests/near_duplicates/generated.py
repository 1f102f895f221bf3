"""Invented articles in known relations: copies as newsrooms make them, and pairs that only look like copies."""

import random
from collections.abc import Sequence
from dataclasses import dataclass

from espreso_crawler.items import Article, Block

SYLLABLES = {
    "en": ["ba", "ren", "tol", "mi", "shor", "ket", "lu", "van", "dri", "pon", "sal", "ge", "wick", "ha", "mer"],
    "uk": ["ба", "рен", "тол", "мі", "щор", "кет", "лю", "ван", "дри", "пон", "сал", "ге", "віч", "га", "мер"],
}
COMMON = {
    "en": [
        "the",
        "of",
        "and",
        "to",
        "in",
        "a",
        "that",
        "for",
        "on",
        "with",
        "as",
        "was",
        "by",
        "at",
        "from",
        "it",
        "said",
        "has",
        "were",
        "an",
    ],
    "uk": [
        "що",
        "та",
        "у",
        "на",
        "з",
        "до",
        "за",
        "від",
        "про",
        "як",
        "це",
        "під",
        "час",
        "також",
        "було",
        "не",
        "його",
        "через",
        "який",
    ],
}
BACKGROUND = {
    "en": [
        "The ministry had promised a report in spring.",
        "A similar decision was taken two years ago by the council.",
    ],
    "uk": ["Міністерство обіцяло звіт навесні.", "Схоже рішення два роки тому ухвалила міська рада."],
}
SERIES = {
    "en": "The enemy lost {0} soldiers, {1} tanks and {2} drones over the past day, the staff reports this morning. "
    "The figures are being verified, and fighting makes the count difficult, officers of the staff say every day. "
    "The total since the beginning of the invasion has been published in a table on the page of the staff.",
    "uk": "Ворог втратив {0} солдатів, {1} танків і {2} дронів за минулу добу, повідомляє штаб сьогодні вранці. "
    "Дані уточнюються, і підрахунок ускладнюють бої, щодня кажуть офіцери штабу журналістам. "
    "Загальні втрати від початку вторгнення оприлюднено в таблиці на сторінці штабу.",
}  # fmt: skip


@dataclass(frozen=True)
class Pair:
    """Two articles and whether the second is a near-copy of the first."""

    relation: str
    first: Article
    second: Article
    is_copy: bool


def pairs(count: int, seed: int = 7) -> list[Pair]:
    """Return so many pairs of every relation, half of them in each language."""
    chance = random.Random(seed)  # noqa: S311
    made = []
    for number in range(count):
        language = ("en", "uk")[number % 2]
        words = _words(language, chance)
        for relation, is_copy in COPIES + OTHERS:
            first, second = relation(language, words, chance)
            made.append(Pair(relation.__name__.strip("_"), first, second, is_copy))
    return made


def article(paragraphs: list[str], *, bullets: Sequence[str] = (), headline: str = "") -> Article:
    """Return an article of paragraphs, with a list at its end."""
    texts = [*paragraphs, *(["\n".join(bullets)] if bullets else [])]
    blocks, at = [], 0
    for number, text in enumerate(texts):
        kind = "list" if bullets and number == len(paragraphs) else "paragraph"
        blocks.append(Block(kind, text=text, start=at, end=at + len(text)))  # type: ignore[arg-type]
        at += len(text) + 2
    return Article(headline=headline, article_body="\n\n".join(texts), blocks=blocks)


def story(language: str, words: list[str], chance: random.Random, paragraphs: int = 6) -> list[str]:
    """Return invented paragraphs of 25 to 60 words."""
    return [_paragraph(language, words, chance, chance.randint(25, 60)) for _ in range(paragraphs)]


def _words(language: str, chance: random.Random) -> list[str]:
    return ["".join(chance.choices(SYLLABLES[language], k=chance.randint(2, 3))) for _ in range(400)]


def _paragraph(language: str, words: list[str], chance: random.Random, length: int) -> str:
    chosen = [chance.choice(COMMON[language]) if chance.random() < 0.4 else chance.choice(words) for _ in range(length)]
    if chance.random() < 0.3:
        chosen.insert(chance.randrange(length), str(chance.randint(2, 900)))
    return " ".join(chosen).capitalize() + "."


def _with_typos(language: str, words: list[str], chance: random.Random) -> tuple[Article, Article]:
    told = story(language, words, chance)
    return article(told), article([_mistyped(text, chance, 0.04) for text in told])


def _reordered(language: str, words: list[str], chance: random.Random) -> tuple[Article, Article]:
    told = story(language, words, chance)
    return article(told), article(chance.sample(told, len(told)))


def _with_new_lead(language: str, words: list[str], chance: random.Random) -> tuple[Article, Article]:
    told = story(language, words, chance)
    return article(told, headline=told[0][:50]), article([*story(language, words, chance, 1), *told[1:]])


def _cut(language: str, words: list[str], chance: random.Random) -> tuple[Article, Article]:
    told = story(language, words, chance, 8)
    return article(told), article(told[: chance.randint(5, 7)])


def _with_other_background(language: str, words: list[str], chance: random.Random) -> tuple[Article, Article]:
    told = story(language, words, chance)
    return article(told), article(told, bullets=story(language, words, chance, 3))


def _sharing_background(language: str, words: list[str], chance: random.Random) -> tuple[Article, Article]:
    bullets = [*BACKGROUND[language], *story(language, words, chance, 4)]
    return article(story(language, words, chance, 1), bullets=bullets), article(
        story(language, words, chance, 1), bullets=bullets
    )


def _of_a_series(language: str, words: list[str], chance: random.Random) -> tuple[Article, Article]:
    yesterday = [chance.randint(900, 1500), chance.randint(2, 30), chance.randint(100, 400)]
    today = list(yesterday)
    today[chance.randrange(3)] += chance.randint(1, 9)
    return article([SERIES[language].format(*yesterday)]), article([SERIES[language].format(*today)])


def _on_one_subject(language: str, words: list[str], chance: random.Random) -> tuple[Article, Article]:
    """Two stories that quote the same paragraph."""
    quote = story(language, words, chance, 1)
    return article([*story(language, words, chance, 4), *quote]), article([*quote, *story(language, words, chance, 4)])


def _unrelated(language: str, words: list[str], chance: random.Random) -> tuple[Article, Article]:
    return article(story(language, words, chance)), article(story(language, words, chance))


def _mistyped(text: str, chance: random.Random, share: float) -> str:
    def typed(word: str) -> str:
        if chance.random() > share or len(word) < 3 or not word.isalpha():
            return word
        place = chance.randrange(len(word) - 1)
        return word[:place] + word[place + 1] + word[place] + word[place + 2 :]

    return " ".join(map(typed, text.split()))


COPIES = [(each, True) for each in (_with_typos, _reordered, _with_new_lead, _cut, _with_other_background)]
OTHERS = [(each, False) for each in (_sharing_background, _of_a_series, _on_one_subject, _unrelated)]
