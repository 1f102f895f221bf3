"""Progress of commands: a bar where there is a terminal, else a line a minute."""

import io
import re
import signal
import sys

import pytest

from espreso_crawler.progress import tracking
from espreso_crawler.progress.commands import LINE_SECONDS
from tests.terminals import Terminal

UNTIL_TOLD = """
import signal
import time
from espreso_crawler.progress import tracking

told = []
signal.signal(signal.SIGUSR1, lambda *_: told.append("enough"))

def things():
    while not told:
        time.sleep(0.1)
        yield

with tracking("auto") as track:
    for _ in track(things(), "things done", 8):
        pass
print("over")
"""


@pytest.fixture
def minutes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a minute pass with each look at the clock."""
    clock = iter(range(0, 10_000, int(LINE_SECONDS)))
    monkeypatch.setattr("espreso_crawler.progress.commands.monotonic", lambda: float(next(clock)))


@pytest.mark.parametrize(("mode", "lines"), [("auto", 2), ("off", 0)])
def test_elsewhere_a_line_a_minute_says_how_far_it_is(minutes, capsys, mode, lines):
    with tracking(mode, lambda: "3 workers") as track:
        assert list(track("ab", "letters read", 2)) == ["a", "b"]
    said = capsys.readouterr()
    told = re.sub(r"\d{4}-\d\d-\d\d \d\d:\d\d", "NOON", said.err).splitlines()
    expected = ["letters read: 0 of 2; 3 workers", "letters read: 1 of 2, done about NOON; 3 workers"][:lines]
    assert (said.out, told) == ("", expected)


def test_without_standard_error_nothing_is_told_anywhere(minutes, capsys, monkeypatch):
    monkeypatch.setattr(sys, "stderr", None)
    with tracking("auto") as track:
        assert list(track(range(3), "lines read")) == [0, 1, 2]
    assert capsys.readouterr().out == ""


def test_on_shows_a_bar_where_no_terminal_is(monkeypatch):
    said = io.StringIO()
    monkeypatch.setattr(sys, "stderr", said)
    with tracking("on", lambda: "3 workers") as track:
        assert list(track("ab", "letters read", 2)) == ["a", "b"]
    assert "letters read" in said.getvalue() and "3 workers" in said.getvalue()
    assert "\x1b[?25l" not in said.getvalue()  # the cursor would stay hidden after a kill


def test_a_terminal_shows_a_bar_that_vanishes():
    terminal = Terminal([sys.executable, "-c", UNTIL_TOLD])
    terminal.until(lambda seen: "things done" in seen.text)
    terminal.send(signal.SIGUSR1)
    terminal.ended()
    assert (terminal.exit_code, terminal.text.strip()) == (0, "over")
