"""Ten questions with Hugging Face datasets, from local files: python docs/recipes/with_datasets.py FOLDER.

A data set is made by the published Arrow schema, so nothing is guessed; DuckDB asks over its Arrow table.
"""

import re
import sys
from pathlib import Path

import duckdb
from datasets import Dataset

from espreso_crawler.schema import arrow

output = Path(sys.argv[1] if len(sys.argv) > 1 else "output")
articles = Dataset(arrow.articles(output))
revisions = Dataset(arrow.revisions(output))


def answers():
    """Yield each question's name and its rows."""
    with duckdb.connect() as connection:
        connection.execute("SET TimeZone = 'Europe/Kyiv'; SET VARIABLE output = $folder", {"folder": str(output)})
        connection.register("articles", articles.data.table)
        connection.register("article_revisions", revisions.data.table)
        for statement in Path(__file__).with_name("with_duckdb.sql").read_text("utf-8").split(";\n"):
            question = re.search(r"^-- (\w+)$", statement, re.MULTILINE)
            rows = connection.sql(statement) if statement.strip() else None
            if question and rows is not None:
                yield question[1], rows


if __name__ == "__main__":
    print(articles)
    for question, rows in answers():
        print(question, rows, sep="\n")
