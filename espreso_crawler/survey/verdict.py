"""The verdict on an edition in words: whether its articles come out right, what it does not print, what to do next."""

from collections import Counter

from espreso_crawler.site import HOST_OF_EDITION
from espreso_crawler.survey.findings import Findings

# Field -> what people call it, where an edition prints none of it.
NAMES = {
    "entity_id": "number of the article", "description": "lead", "date_published": "time of publication",
    "date_modified": "time of change", "authors": "author", "article_section": "rubric", "labels": "label",
    "keywords": "tags", "images": "picture", "related": "cards below the article",
}  # fmt: skip


def is_readable(found: Findings) -> bool:
    """Return whether a crawl of this edition would put out articles."""
    return bool(found.sure)


def verdict(found: Findings) -> list[str]:
    """Return the verdict, a sentence or two a line."""
    lines = [_outcome(found)]
    if found.read:
        absent = [NAMES[each.name] for each in found.fields if not each.filled and each.name in NAMES]
        if absent:
            missing = _listed([f"no {name}" for name in absent], "and")
            lines.append(f"These articles print {missing}. A crawl takes this as normal for the edition.")
        opted_out = sum(bool(each.opt_outs) for each in found.read)
        if opted_out:
            lines.append(f"{opted_out} have an opt-out: see ESPRESO_OPT_OUT.")
        differing = [f"{each.name} ({each.differing})" for each in found.fields if each.differing]
        if differing:
            lines.append(f"Sources differ about {_listed(differing, 'and')}: look with scrapy extract --explain URL.")
    lost = [f"{each.name} ({each.says})" for each in found.places if each.state == "bad"]
    if lost:
        lines.append(f"Could not be read: {'; '.join(lost)}.")
    if found.unknown:
        lines.append("Some parts were not understood, see above: they cost no article, but are worth a report.")
    lines.append(_next(found))
    return lines


def _outcome(found: Findings) -> str:
    asked, read, sure = len(found.articles), len(found.read), len(found.sure)
    if not asked:
        return "No list of this edition names an article, so the survey could not look at any."
    if not read:
        (problem, count), *_ = Counter(each.problem for each in found.articles).most_common(1)
        return f"No article could be read: {problem} ({count} of {asked})."
    if sure == asked:
        return f"Articles of this edition come out right: {asked} of {asked}, and nothing casts doubt on them."
    held = Counter(doubt for each in found.read for doubt in each.doubts)
    parts = [f"{sure} of {asked} articles come out right"]
    if held:
        reasons = "; ".join(f"{doubt} ({count})" for doubt, count in held.most_common(3))
        parts.append(f"{read - sure} would be held back: {reasons}")
    if read < asked:
        parts.append(f"{asked - read} could not be read")
    return ". ".join(parts) + "."


def _next(found: Findings) -> str:
    option = f"edition={found.edition}" if found.edition in HOST_OF_EDITION else f"start={found.start}"
    if found.sure:
        return f'Next: make crawl ARGS="-a {option}"'
    if any(each.doubts for each in found.read):
        return "Next: scrapy extract --explain URL shows what the parsers saw; make survey with --save keeps the pages."
    return "Next: look at the lines above; when the site answers, run make survey again."


def _listed(words: list[str], last: str) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} {last} {words[-1]}"
