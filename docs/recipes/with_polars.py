"""Ten questions in polars: python docs/recipes/with_polars.py FOLDER."""

import json
import sys
from pathlib import Path

import polars as pl

from espreso_crawler.schema import arrow

output = Path(sys.argv[1] if len(sys.argv) > 1 else "output")
articles = pl.from_arrow(arrow.articles(output))
revisions = pl.from_arrow(arrow.revisions(output))
named = articles.select("id", "edition", "date_published", "tags").explode("tags").drop_nulls("tags")
named = named.with_columns(
    tag=pl.col("tags").struct["id"], kind=pl.col("tags").struct["kind"], name=pl.col("tags").struct["name"]
)
runs = [json.loads(path.read_text("utf-8")) for path in (output / "runs").glob("*.json")]


def articles_a_day():
    days = articles.group_by("edition", day="date_published_day").agg(articles=pl.len())
    return days.select("day", "edition", "articles").sort("day", "edition", descending=[True, False])


def most_named():
    week = pl.col("date_published") > articles["date_published"].max() - pl.duration(days=7)
    people = named.filter(week, kind="person").group_by("name").agg(articles=pl.len())
    return people.sort("articles", "name", descending=[True, False]).head(10)


def revised():
    changes = revisions.filter(event="revised").explode("changes").rename({"changes": "field"})
    counts = changes.group_by("field", "change_kind", "silent").agg(revisions=pl.len())
    return counts.sort("revisions", "field", "change_kind", "silent", descending=[True, False, False, False])


def silent_headlines():
    texts = revisions.drop_nulls("headline").sort("id", "revision")
    texts = texts.with_columns(before=pl.col("headline").shift().over("id"))
    changed = texts.filter(pl.col("silent") & pl.col("changes").list.contains("headline"))
    return changed.select("id", "before", after="headline", seen_at="fetched_at").sort("seen_at", "id")


def named_together():
    who = named.filter(pl.col("kind").is_in(["person", "organisation", "country"])).select("id", "name")
    pairs = who.join(who, on="id").filter(pl.col("name") < pl.col("name_right"))
    counts = pairs.group_by(one="name", other="name_right").agg(articles=pl.len())
    return counts.sort("articles", "one", "other", descending=[True, False, False]).head(10)


def first_to_report():
    firsts = named.drop_nulls("date_published").group_by("tag", "edition").agg(at=pl.col("date_published").min())
    firsts = firsts.sort("tag", "at", "edition").with_columns(ahead=pl.col("at").shift(-1).over("tag") - pl.col("at"))
    first = firsts.group_by("tag", maintain_order=True).first().drop_nulls("ahead")
    first = first.select("tag", "edition", minutes_ahead=pl.col("ahead").dt.total_minutes())
    return first.sort("minutes_ahead", "tag", descending=[True, False]).head(10)


def near_copies():
    originals = articles.select("date_published", near_duplicate_of="id")
    copies = articles.drop_nulls("near_duplicate_of").join(
        originals, on="near_duplicate_of", how="left", suffix="_before"
    )
    after = (pl.col("date_published") - pl.col("date_published_before")).dt.total_minutes()
    return copies.select("id", "near_duplicate_of", "similarity", minutes_after=after).sort("id")


def opinion_share():
    opinions = pl.col("labels").list.contains("opinion").sum()
    shares = articles.group_by("edition").agg(articles=pl.len(), opinions=opinions)
    return shares.with_columns(share=(pl.col("opinions") / pl.col("articles")).round(3)).sort("edition")


def latency():
    minutes = (pl.col("emitted_at") - pl.col("date_published")).dt.total_seconds() / 60
    waits = revisions.filter(event="created").drop_nulls("date_published").group_by("edition")
    figures = {f"p{n}_minutes": minutes.quantile(n / 100, interpolation="linear").round(1) for n in (50, 95)}
    return waits.agg(articles=pl.len(), **figures).sort("edition")


def gaps():
    newest = max(runs, key=lambda run: run["ended_at"])
    columns = dict.fromkeys(("host", "oldest", "newest", "reason"), pl.String)
    return pl.DataFrame(newest["gaps"], schema=columns).sort("host", "newest")


QUESTIONS = (
    articles_a_day, most_named, revised, silent_headlines, named_together,
    first_to_report, near_copies, opinion_share, latency, gaps,
)  # fmt: skip

if __name__ == "__main__":
    for question in QUESTIONS:
        print(question.__name__, question(), sep="\n")
