"""`scrapy ledger verify-archive`, `prune-archive` and `forget`, and `scrapy extract --from-archive`, on a crawl's archive."""

import json
import os
import shutil
import signal
from pathlib import Path
from typing import Any

import pytest

from espreso_crawler import archive
from espreso_crawler.archive import Pointed, Pointer, blanking, chain, index
from espreso_crawler.archive.layout import unsealed
from espreso_crawler.archive.members import members
from espreso_crawler.archive.recovery import whole_members
from espreso_crawler.progress import untracked
from tests.archive.asked import folder, verify
from tests.archive.pointers import assert_pointers_hold, page_at
from tests.archive.readers import files_of, read_by_both, warcio_accepts
from tests.crawls import Desk, ended, let_go, start
from tests.site import Fault, running, small
from tests.waiting import wait_until


def test_a_whole_archive_verifies(desk: Desk) -> None:
    assert verify(desk) == []
    done = desk.scrapy("ledger", "verify-archive")
    assert (
        f"2 files, {sum(len(path.read_bytes().splitlines()) for path in folder(desk).glob('*/*.cdxj'))} answers, "
        in (done.stdout.decode())
    )
    assert f"{len(desk.records())} records with a page" in done.stdout.decode()


def change_a_byte(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)


def test_whatever_is_changed_is_found(desk: Desk) -> None:
    first, second = files_of(folder(desk))
    name = first.relative_to(folder(desk)).as_posix()
    whole = {path: path.read_bytes() for path in folder(desk).rglob("*") if path.is_file()}
    cdxj = first.with_name(first.name.replace(".warc.gz", ".cdxj"))
    links = folder(desk) / "chain.jsonl"
    faults: list[tuple[Any, list[str]]] = [
        (lambda: change_a_byte(first), [f"{name}: its bytes are not those that were sealed"]),
        (first.unlink, [f"{name}: in the chain, but not there", "which is not there"]),
        (
            lambda: first.write_bytes(whole[second]),
            ["its bytes are not", "its index does not say", "where no answer begins"],
        ),
        (
            lambda: cdxj.write_bytes(whole[cdxj].partition(b"\n")[2]),
            [f"{name}: its index does not say what is in it"],
        ),
        (cdxj.unlink, [f"{name}: no index"]),
        (
            lambda: links.write_bytes(whole[links].replace(b'"records": ', b'"records": 1')),
            ["the line before it was changed"],
        ),
        (links.unlink, [f"{name}: there, but not in the chain"]),
        (lambda: first.write_bytes(whole[first][:-9]), ["its bytes are not", "cut in the record at byte"]),
    ]
    for do, expected in faults:
        do()
        findings = verify(desk)
        for said in expected:
            assert any(said in each for each in findings), (said, findings)
        for path, data in whole.items():
            path.write_bytes(data)
    assert verify(desk) == []


def test_a_pointer_to_another_page_is_found(desk: Desk) -> None:
    first, second = desk.records()[:2]
    pointer = Pointer(first["evidence"]["warc_file"], first["evidence"]["warc_offset"])
    pointed = [Pointed("a record", pointer, each["evidence"]["payload_sha256"]) for each in (first, second)]
    (finding,) = archive.verify(folder(desk), pointed, untracked).findings
    elsewhere = Pointed("a record", Pointer("CC-NEWS-20261101.warc.gz", 9), None)
    found = archive.verify(folder(desk), [elsewhere], untracked)
    assert (found.findings, found.elsewhere) == ([], 1)
    assert finding == f"a record: points to byte {pointer.offset} of {pointer.file}, which holds another page"


def test_extract_reads_the_page_that_a_record_came_from(desk: Desk) -> None:
    record = desk.records()[0]
    for asked in (record["id"], record["url"]):
        (again,) = map(json.loads, desk.scrapy("extract", "--from-archive", asked).stdout.splitlines())
        for name in ("headline", "article_body", "fetched_at", "text_digest", "record_digest", "images"):
            assert again[name] == record[name]
        assert again["evidence"] == record["evidence"]
    page = desk.scrapy("extract", "--from-archive", "--page", record["id"]).stdout
    assert page == page_at(folder(desk), record["evidence"])[1]
    done = desk.scrapy("extract", "--from-archive", "ua:1")
    assert (done.exit_code, done.log.strip()) == (
        3,
        "scrapy extract: ua:1: no record of this id or address is in the output",
    )
    shutil.rmtree(folder(desk))
    done = desk.scrapy("extract", "--from-archive", record["id"])
    assert done.exit_code == 3
    assert "is not there: was it pruned," in done.log


def test_a_forgotten_page_is_blank_and_all_others_stand_where_they_stood(desk: Desk) -> None:
    record, *others = desk.records()
    before = {path: path.stat().st_size for path in files_of(folder(desk))}
    body = page_at(folder(desk), record["evidence"])[1]
    done = desk.scrapy("ledger", "forget", record["id"], "--reason", "asked for")
    assert done.exit_code == 0, done.log
    assert f"blanked in {record['evidence']['warc_file']}" in done.stdout.decode()
    assert {path: path.stat().st_size for path in files_of(folder(desk))} == before
    slug = record["url"].rpartition("/")[2].encode()
    for path in files_of(folder(desk)):
        assert warcio_accepts(path)
        assert read_by_both(path)
        for member in members(path):
            assert not member.url.endswith(slug.decode())
            assert body[2000:2100] not in member.block
    assert slug not in b"".join(path.read_bytes() for path in folder(desk).glob("*/*.cdxj"))
    assert assert_pointers_hold(folder(desk), others) == len(others)
    assert verify(desk) == []
    assert [link.event for link in chain.read(folder(desk))[0]] == ["sealed", "sealed", "blanked"]
    assert not (folder(desk) / blanking.NOTE).exists()


def test_forget_without_the_archive_is_refused_before_anything_is_forgotten(desk: Desk) -> None:
    record = desk.records()[0]
    del desk.settings["ESPRESO_ARCHIVE"]
    done = desk.scrapy("ledger", "forget", record["id"], "--reason", "asked for")
    assert (done.exit_code, "set ESPRESO_ARCHIVE to its folder" in done.log) == (1, True)
    desk.settings["ESPRESO_ARCHIVE"] = str(desk.home / "archlve")
    done = desk.scrapy("ledger", "forget", record["id"], "--reason", "asked for")
    assert (done.exit_code, "archlve is none; if it is gone, to an empty one" in done.log) == (1, True)
    assert "erased" not in {each["event"] for each in desk.records()}

    (desk.home / "archlve").mkdir()
    done = desk.scrapy("ledger", "forget", record["id"], "--reason", "asked for")
    (said,) = (line for line in done.stdout.decode().splitlines() if line.startswith("not in"))
    assert (done.exit_code, said.endswith(f"still holds the page: {record['evidence']['warc_file']}")) == (0, True)


def test_forget_says_nothing_of_a_page_that_was_pruned_and_names_a_file_that_it_cannot_read(desk: Desk) -> None:
    first, second = desk.records()[0], desk.records()[-1]
    names = [each["evidence"]["warc_file"] for each in (first, second)]
    assert len(set(names)) == 2
    chain.append(folder(desk), "pruned", names[0])
    (folder(desk) / names[0]).unlink()
    done = desk.scrapy("ledger", "forget", first["id"], "--reason", "asked for")
    assert (done.exit_code, names[0] in done.stdout.decode()) == (0, False)
    change_a_byte(folder(desk) / names[1])
    done = desk.scrapy("ledger", "forget", second["id"], "--reason", "asked for")
    assert (done.exit_code, names[1] in done.log) == (4, True)
    assert done.stdout.decode().startswith(f"erased {second['id']}")


@pytest.mark.parametrize(
    "step",
    [
        "espreso_crawler.archive.chain.append",
        "espreso_crawler.archive.index.line",
        "espreso_crawler.archive.chain.sha256_of",
        "pathlib.Path.unlink",
    ],
)
@pytest.mark.parametrize("before", [True, False])
def test_a_kill_while_pages_are_blanked_leaves_what_the_next_command_finishes(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, step: str, before: bool
) -> None:
    record, *others = desk.records()
    blanking.note(folder(desk), [record["url"].partition("://")[2]])
    module, _, name = step.rpartition(".")
    owner: Any = {"espreso_crawler.archive.chain": chain}.get(module)
    owner = owner or (Path if module == "pathlib.Path" else index)
    pid = os.fork()
    if not pid:
        real = getattr(owner, name)

        def killed(*arguments: Any, **more: Any) -> Any:
            if not before:
                real(*arguments, **more)
            os.kill(os.getpid(), signal.SIGKILL)

        monkeypatch.setattr(owner, name, killed)
        archive.finish_forgetting(folder(desk))
        os._exit(0)
    assert os.waitpid(pid, 0)[1] == signal.SIGKILL
    archive.finish_forgetting(folder(desk))
    assert archive.finish_forgetting(folder(desk)) == ([], [])
    urls = [member.url for path in files_of(folder(desk)) for member in members(path)]
    assert record["url"] not in urls
    links, broken = chain.read(folder(desk))
    assert (len(links), broken) == (3, [])
    for name, link in chain.standing(links).items():
        assert link.facts["sha256"] == chain.sha256_of(folder(desk) / name)
    assert assert_pointers_hold(folder(desk), others) == len(others)


def test_what_a_crawl_is_writing_is_blanked_when_it_ends(tmp_path: Path) -> None:
    desk = Desk(tmp_path, settings={"ESPRESO_ARCHIVE": str(tmp_path / "archive")})
    with running(small(tape_entries=2)) as demo:
        first, last = (f"/{entry.brief.slug}" for entry in demo.site.entries(0, 2))
        demo.control.set_faults(Fault("hold", last))
        process = desk.start(start(demo))
        url = f"{demo.url}{first}"
        wait_until(lambda: url in written(desk) or process.poll() is not None, "the first page")
        blanking.note(folder(desk), [url.partition("://")[2]])
        assert len(list(unsealed(folder(desk)))) == 1
        let_go(demo)
        assert ended(process).exit_code == 0
    assert len(desk.records()) == 2
    assert not (folder(desk) / blanking.NOTE).exists()
    assert f"{demo.url}{last}" in written(desk)
    assert url not in written(desk)


def written(desk: Desk) -> list[str]:
    """Return the addresses of the whole records, also of a file that a crawl writes."""
    return [member.url for path in files_of(folder(desk)) for member in whole_members(path)[0]]


def test_a_part_of_the_archive_that_is_replayed_gives_the_same_pointers(desk: Desk, tmp_path: Path) -> None:
    (month,) = (path for path in folder(desk).iterdir() if path.is_dir())
    host = desk.records()[0]["url"].split("/")[2]
    pointers = {each["url"]: each["evidence"]["warc_file"] for each in desk.records()}
    for number, path in enumerate((month, files_of(folder(desk))[0])):
        other = Desk(tmp_path / str(number))
        assert other.crawl(f"path={path}", f"host={host}", spider="archive").exit_code == 0
        found = {each["url"]: each["evidence"]["warc_file"] for each in other.records()}
        assert found
        assert found.items() <= pointers.items()
