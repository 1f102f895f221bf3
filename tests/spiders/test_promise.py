"""The short form of `make property`; what broke the promise on the way is kept in test_chain and test_coverage."""

from pathlib import Path
from random import Random

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.spiders.promise import try_site


@settings(max_examples=60, suppress_health_check=list(HealthCheck))
@given(chance=st.randoms(use_true_random=False))
def test_every_listed_article_is_known_or_on_record_at_any_time(tmp_path: Path, chance: Random) -> None:
    try_site(chance, tmp_path)
