"""JSON as templates break it: read exactly where that is possible, else repaired in bounds."""

import time

import pytest

from espreso_crawler.pages.json_text import LONGEST_REPAIRED, Loaded, loaded


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (r'{"a": "it\'s"}', "it's"), (r'{"a": "https:\/\/x\/y \д"}', r"https://x/y \д"), (r'{"a": "say \"so\" \д"}', r'say "so" \д'),
        (r'{"a": "\u0441\u0442 \д"}', r"ст \д"), ('{"a": "two\nlines\tand a tab"}', "two\nlines\tand a tab"),
        ('//<![CDATA[\n{"a": "x"}\n//]]>', "x"), ('/*<![CDATA[*/{"a": "x]]>"}/*]]>*/', "x]]>"), ('<!-- {"a": "x"} -->', "x"),
        ('{"a": "x"};', "x"), ('\ufeff{"a": "x"}', "x"), ("{&quot;a&quot;: &quot;x &amp;amp; y&quot;}", "x &amp; y"),
    ],
)  # fmt: skip
def test_what_can_be_read_exactly_is_not_guessed(text: str, expected: str):
    found = loaded(text, may_guess=False)
    assert found and (found.value, found.is_guessed) == ({"a": expected}, False)


@pytest.mark.parametrize(
    "text", ['{"a": "x", "b": [1, 2,],}', "{'a': 'x', 'b': [1, 2]}", '{"a": "x" "b": [1, 2]}', '{"a": "x", "b": [1, 2']
)
def test_other_faults_are_repaired_and_said_to_be(text: str):
    found = loaded(text)
    assert found and (found.value, found.is_guessed) == ({"a": "x", "b": [1, 2]}, True)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "nonsense",
        "<html>",
        '{"a": ' + "(" * 40_000,
        "[" * 50_000,
        '["a": ' * 4_000,
        '{"a": "' + 'x" y ' * LONGEST_REPAIRED,
        '[{"a: ["b"], "' + ":6024" * 4_000 + '"c"/d"}]',
        '{"a": 1"b"' + '"": {"@id"Y "#a"},}' * 1_500,
    ],
)
def test_what_cannot_be_repaired_in_bounds_is_nothing(text: str):
    started = time.process_time()
    assert loaded(text) is None
    assert time.process_time() - started < 1


def test_a_long_text_with_many_times_is_repaired():
    body = "At 12:30: the lake rises. " * 300
    found = loaded(f'{{"a": "{body}" "b": "x", "c": "y",}}')
    assert found == Loaded({"a": body, "b": "x", "c": "y"}, is_guessed=True)
