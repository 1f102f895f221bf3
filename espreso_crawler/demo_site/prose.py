"""Invented sentences and headlines: templates of an edition filled by dice."""

from functools import lru_cache

from espreso_crawler.demo_site.chance import Dice
from espreso_crawler.demo_site.edition import Edition, Language, edition

_POOL_SENTENCES = 4096
_POOL_QUOTES = 512
# Numbers whose Ukrainian noun stands in the genitive plural, so that no template needs a second form.
_COUNTS = (*range(5, 21), *(ten + one for ten in range(20, 100, 10) for one in (5, 6, 7, 8, 9, 10)))
_FIRST_YEAR = 1961
_YEARS = 60


def with_capital(text: str) -> str:
    """Return the text with its first letter in upper case, also behind an opening quotation mark."""
    for place, letter in enumerate(text[:2]):
        if letter.isalpha():
            return text[:place] + letter.upper() + text[place + 1 :]
    return text


class _Slots(dict[str, str]):
    """The slots of one template, drawn when first asked for; counts and years are drawn again each time."""

    def __init__(self, dice: Dice, words: Edition) -> None:
        super().__init__()
        self._dice = dice
        self._words = words

    def __missing__(self, slot: str) -> str:
        if slot == "many":
            return str(self._dice.pick(_COUNTS))
        if slot == "year":
            return str(_FIRST_YEAR + self._dice.below(_YEARS))
        if slot in {"person", "role"}:
            self["person"], self["role"] = self._dice.pick(self._words.people)
        elif slot.startswith("claim"):
            self[slot] = self._dice.pick(self._words.vocabulary["claims"]).format_map(self)
        elif slot in {"body", "body2"}:
            self["body"], self["body2"] = self._dice.several(self._words.vocabulary["bodies"], 2)
        elif slot == "when":
            self[slot] = self._dice.pick(self._words.vocabulary["whens"]).format_map(self)
        elif slot in {"link_open", "link_close"}:
            self.update(link_open="\0", link_close="\0")
        else:
            self._draw_places("towns" if "town" in slot else "countries", "town" if "town" in slot else "country")
        return self[slot]

    def _draw_places(self, kind: str, slot: str) -> None:
        first, second = self._dice.several(self._words.places[kind], 2)
        self.update({slot: first[0], f"{slot}2": second[0], f"in_{slot}": first[1]})
        self[f"in_{slot}_cap"] = with_capital(first[1])


@lru_cache(maxsize=8)
def prose_of(language: Language, seed: int) -> "Prose":
    """Return the texts of an edition and a seed; sites that share both share the pool."""
    return Prose(edition(language), seed)


class Prose:
    """The texts of one site; sentences come from a pool made once, since an article needs thirty."""

    def __init__(self, words: Edition, seed: int) -> None:
        self._words = words
        dice = Dice(seed, 7)
        frames, quotes = words.vocabulary["frames"], words.vocabulary["quotes"]
        self._sentences = [self._filled(dice, dice.pick(frames)) for _ in range(_POOL_SENTENCES)]
        self._quotes = [self._filled(dice, dice.pick(quotes)) for _ in range(_POOL_QUOTES)]

    def sentence(self, dice: Dice) -> str:
        """Return one sentence with its full stop."""
        return dice.pick(self._sentences)

    def paragraph(self, dice: Dice) -> str:
        """Return one to three sentences."""
        return " ".join(self.sentence(dice) for _ in range(1 + dice.below(3)))

    def quotation(self, dice: Dice) -> str:
        """Return a sentence that quotes an invented person."""
        return dice.pick(self._quotes)

    def headline(self, dice: Dice, kind: str) -> str:
        """Return a headline of a rubric (by its slug) or of a kind such as `column`."""
        return self._filled(dice, dice.pick(self._words.headlines[kind]))

    def lead(self, dice: Dice) -> str:
        """Return a lead: one sentence without a full stop, as the site prints it."""
        return self._filled(dice, dice.pick(self._words.vocabulary["leads"]))

    def phrase(self, dice: Dice, kind: str) -> str:
        """Return a phrase of a kind: `subheads`, `runins`, `recall` (its link stands between two NULs)."""
        return self._filled(dice, dice.pick(self._words.vocabulary[kind]))

    def _filled(self, dice: Dice, template: str) -> str:
        return with_capital(template.format_map(_Slots(dice, self._words)))
