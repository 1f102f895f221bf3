"""The house keeps its rules: who imports whom, what no file may hold, and that the docs tell the truth."""

import ast
import re
from collections.abc import Iterator
from dataclasses import is_dataclass
from enum import Enum
from functools import cache
from importlib import import_module
from pathlib import Path

import pytest

from espreso_crawler import drops, exceptions, ledger, site
from tests import said
from tests.checkout import ROOT, committed_files

PACKAGE = ROOT / "espreso_crawler"
ALL = {path.stem for path in PACKAGE.iterdir() if path.is_dir() or path.suffix == ".py"} - {"__init__", "__pycache__"}
RECORD = {"exceptions", "fields", "identity", "items", "processors", "site", "vocabularies"}
# Room -> rooms it may import, besides itself and the package's version.
MAY_IMPORT = {
    "adapters": set[str](),
    "addon": {
        "exceptions",
        "log_format",
        "looks",
        "options",
        "places",
        "scrapy_settings",
        "settings",
        "site",
        "spiders",
    },
    "archive": {"durable", "exceptions", "identity", "reading"},
    "cluster": {"exceptions", "reading"},
    "archive_commands": {"archive", "command", "exceptions", "ledger", "ledger_command", "places", "progress"},
    "browser": {"exceptions", "extensions", "identity", "manners"},
    "command": {"exceptions", "options"},
    "commands": ALL,
    "contracts": {"demo_site", "site"},
    "demo_site": set[str](),
    "drops": {"exceptions"},
    "durable": set[str](),
    "exceptions": set[str](),
    "export": {
        "exceptions",
        "items",
        "ledger",
        "object_path",
        "processors",
        "progress",
        "record",
        "schema",
        "site",
        "vocabularies",
    },
    "exporters": {"items", "record"},
    "extensions": {
        "adapters",
        "archive",
        "cluster",
        "drops",
        "durable",
        "exceptions",
        "identity",
        "items",
        "ledger",
        "log_format",
        "manners",
        "monitors",
        "options",
        "places",
        "progress",
        "reading",
        "record",
        "site",
        "tagging",
        "vocabularies",
    },
    "extraction": RECORD | {"pages", "tagging"},
    "fields": {"identity", "site"},
    "identity": {"site"},
    "items": {"fields", "identity"},
    "ledger": {"durable", "exceptions", "identity", "object_path", "progress", "site"},
    "ledger_copy": {"exceptions", "ledger", "ledger_command", "ledger_places", "places"},
    "ledger_places": set[str](),
    "ledger_command": {"command", "exceptions", "extensions", "identity", "ledger", "places", "record"},
    "loaders": RECORD,
    "log_format": {"exceptions"},
    "looks": set[str](),
    "manners": {"identity"},
    "middlewares": {"adapters", "drops", "exceptions", "extensions", "manners"},
    "monitors": {"items", "site"},
    "near_duplicates": {"exceptions", "identity", "items", "vocabularies"},
    "pages": RECORD | {"loaders"},
    "pipelines": RECORD
    | {"drops", "extensions", "ledger", "near_duplicates", "pages", "places", "record", "schema", "tagging"},
    "options": {"exceptions", "ledger_places", "output_places"},
    "object_path": {"exceptions", "output_places"},
    "output_places": set[str](),
    "places": {"ledger_places", "object_path", "output_places"},
    "processors": {"exceptions", "identity", "site", "vocabularies"},
    "progress": set[str](),
    "reading": RECORD | {"near_duplicates", "pages", "tagging"},
    "record": {"items", "ledger"},
    "reextraction": RECORD | {"archive", "pages", "pipelines", "reading", "record", "report", "schema", "tagging"},
    "report": {"exceptions", "export", "items", "ledger", "object_path", "processors", "progress"},
    "saved_pages": {"exceptions", "pages", "record"},
    "scheduling": {"exceptions", "options"},
    "schema": {"fields", "items", "options", "scrapy_settings"},
    "scrapy_settings": {"exceptions", "options"},
    "settings": {"options", "site"},
    "site": set[str](),
    "spiders": RECORD
    | {
        "archive",
        "browser",
        "drops",
        "extensions",
        "ledger",
        "loaders",
        "looks",
        "monitors",
        "pages",
        "places",
        "reading",
    },
    "survey": RECORD | {"extraction", "monitors", "pages", "reading", "record", "saved_pages", "spiders", "tagging"},
    "tagging": RECORD,
    "vocabularies": {"exceptions"},
}
WITHOUT_SCRAPY = {
    "archive",
    "cluster",
    "demo_site",
    "durable",
    "export",
    "exceptions",
    "extraction",
    "fields",
    "identity",
    "items",
    "ledger",
    "ledger_places",
    "loaders",
    "manners",
    "monitors",
    "near_duplicates",
    "pages",
    "processors",
    "progress",
    "reading",
    "report",
    "schema",
    "site",
    "vocabularies",
}
LONGEST_FILE = 300
LONG_FILES = {"items.py", "test_house.py"}  # one record, with a docstring a field; one table of rules

# Put together here, so that this file does not hold what it looks for.
REGISTRIES = ["pypi" + ".org", "python" + "hosted.org", "index" + "-url", "/sim" + "ple/", "npm" + "js.org"]
MACHINE = re.compile(
    r"(?<![\w.:/])/(?:" + "|".join(["ro" + "ot", "ho" + "me", "Us" + "ers", "wo" + "rk", "op" + "t"]) + ")/"
)
LOCKS = {"uv.lock", "poetry.lock", "pdm.lock", "Pipfile.lock", "pylock.toml", "package-lock.json"}


@cache
def modules(room: str = "*") -> list[Path]:
    return sorted([*PACKAGE.glob(f"{room}.py"), *PACKAGE.glob(f"{room}/**/*.py")])


def room_of(module: Path) -> str:
    return module.relative_to(PACKAGE).parts[0].removesuffix(".py")


@cache
def imported(module: Path) -> tuple[str, ...]:
    """Return the dotted name of everything a module imports, also inside functions."""
    names = []
    for node in said.nodes(module):
        if isinstance(node, ast.Import):
            names += [name.name for name in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{module}: relative import"
            names += [f"{node.module}.{name.name}" for name in node.names]
    return tuple(names)


def rooms_imported(module: Path) -> set[str]:
    names = {name.split(".")[1] for name in imported(module) if name.startswith("espreso_crawler.")}
    return names - {"__version__", room_of(module)}


@cache
def text_of(path: Path) -> str:
    try:
        return path.read_text("utf-8")
    except UnicodeDecodeError:
        return ""


def page(name: str) -> str:
    return (ROOT / name).read_text("utf-8")


def docs() -> list[Path]:
    return [path for path in committed_files() if path.suffix == ".md"]


def test_every_room_has_its_import_rule():
    assert {room_of(module) for module in modules()} - {"__init__"} <= set(MAY_IMPORT)


@pytest.mark.parametrize("room", sorted(MAY_IMPORT))
def test_rooms_import_only_in_the_agreed_direction(room):
    wrong = {str(module.relative_to(ROOT)): rooms_imported(module) - MAY_IMPORT[room] for module in modules(room)}
    assert {module: rooms for module, rooms in wrong.items() if rooms} == {}


@pytest.mark.parametrize("room", sorted(WITHOUT_SCRAPY))
def test_rooms_that_work_without_scrapy_do_not_import_it(room):
    forbidden = {"scrapy", "twisted"}
    wrong = [module.name for module in modules(room) for name in imported(module) if name.split(".")[0] in forbidden]
    assert wrong == []


def imported_at_once(module: Path) -> set[Path]:
    """Return the files of the package that a file imports when it is imported itself."""
    found: set[Path] = set()
    waiting: list[ast.AST] = [said.tree(module)]
    while waiting:
        for node in ast.iter_child_nodes(waiting.pop()):
            if isinstance(node, ast.ImportFrom):
                names = [f"{node.module}.{name.name}" for name in node.names]
                found |= {file for name in names for file in files_of(name)}
            elif not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and not is_for_types(node):
                waiting.append(node)
    return found - {module}


@cache
def files_of(name: str) -> list[Path]:
    """Return the file that holds a dotted name of the package."""
    base = ROOT.joinpath(*name.split("."))
    candidates = (
        base.with_suffix(".py"),
        base / "__init__.py",
        base.parent.with_suffix(".py"),
        base.parent / "__init__.py",
    )
    return [file for file in candidates if PACKAGE in file.parents and file.exists()][:1]


def is_for_types(node: ast.AST) -> bool:
    return isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING"


def test_no_files_import_one_another_in_a_circle():
    left = {module: imported_at_once(module) for module in modules()}
    while ready := [module for module, needed in left.items() if not needed & set(left)]:
        left = {module: needed for module, needed in left.items() if module not in ready}
    assert sorted(str(module.relative_to(PACKAGE)) for module in left) == []


# Public by their documentation: of named tuples, of the os module, and the class of an element in lxml.
PUBLIC_ALL_THE_SAME = {"_replace", "_asdict", "_exit", "_Element"}


def is_private(name: str) -> bool:
    """Return whether a name is private; those of special methods and of enumerations (`_x_`) are not."""
    return name.startswith("_") and not name.endswith("_") and name not in PUBLIC_ALL_THE_SAME


def own_names() -> set[str]:
    """Return every name that the package itself gives to something."""
    found: set[str] = set()
    for module in modules():
        for node in said.nodes(module):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
                found.add(node.name)
            elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
                found.add(node.id)
            elif isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store):
                found |= {node.attr} if isinstance(node.value, ast.Name) else set()
    return found


def foreign_private_names(module: Path, own: set[str]) -> Iterator[str]:
    """Yield the private names of other packages that a file imports, calls by `super` or reads."""
    yield from (
        name
        for name in imported(module)
        if not name.startswith("espreso_crawler") and any(map(is_private, name.split(".")))
    )
    for node in said.nodes(module):
        if isinstance(node, ast.Attribute) and is_private(node.attr):
            called = node.value.func if isinstance(node.value, ast.Call) else None
            is_super = isinstance(called, ast.Name) and called.id == "super"
            if is_super or node.attr not in own:
                yield node.attr


def overridden_private_names(module: Path) -> Iterator[str]:
    """Yield what a file's classes put in the place of private names of other packages' classes."""
    name = ".".join(module.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
    if name.rpartition(".")[2] == "__main__":
        return
    for cls in [
        each for each in vars(import_module(name)).values() if isinstance(each, type) and each.__module__ == name
    ]:
        bases = [base for base in cls.__mro__ if not base.__module__.startswith("espreso_crawler")]
        yield from (
            each
            for each, value in vars(cls).items()
            if callable(value) and is_private(each) and any(each in vars(base) for base in bases)
        )


def test_private_names_of_other_packages_stand_in_adapters_only():
    own = own_names()
    found = {
        str(module.relative_to(PACKAGE)): names
        for module in modules()
        if room_of(module) != "adapters"
        and (names := {*foreign_private_names(module, own), *overridden_private_names(module)})
    }
    assert found == {}


def test_import_rules_have_no_circle():
    done: list[str] = []
    rooms = {room: rules & set(MAY_IMPORT) for room, rules in MAY_IMPORT.items()}
    while ready := [room for room, rules in rooms.items() if room not in done and rules - {room} <= set(done)]:
        done += ready
    assert sorted(done) == sorted(MAY_IMPORT)


@pytest.mark.parametrize("found", REGISTRIES)
def test_no_file_names_a_package_registry(found):
    assert [path.name for path in committed_files() if found in text_of(path)] == []


def test_no_file_names_a_path_of_one_machine():
    assert {path.name: match[0] for path in committed_files() if (match := MACHINE.search(text_of(path)))} == {}


def test_no_lock_file_is_committed():
    assert [path.name for path in committed_files() if path.name in LOCKS] == []


def test_no_file_is_long():
    code = [path for path in committed_files() if path.suffix in (".py", ".sh")]
    lines = {str(path): text_of(path).count("\n") for path in code if path.name not in LONG_FILES}
    assert {name: count for name, count in lines.items() if count >= LONGEST_FILE} == {}


def strings(module: Path) -> Iterator[str]:
    """Yield every string of a module but its docstrings."""
    prose = {id(node.value) for node in said.nodes(module) if isinstance(node, ast.Expr)}
    for node in said.nodes(module):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in prose:
            yield node.value


def test_what_is_known_of_the_site_as_a_whole_stands_in_one_file():
    known = {site.NEWS, site.SITEMAP, site.RSS, site.RESERVATIONS, str(site.TIME_ZONE), *site.HOST_OF_EDITION}
    others = [module for module in modules() if room_of(module) not in ("site", "demo_site")]
    found = {
        (str(module.relative_to(PACKAGE)), text)
        for module in others
        for text in strings(module)
        if text in known or any(host in text for host in site.EDITION_OF_HOST)
    }
    assert {(file, text) for file, text in found if text not in site.LANGUAGES} == set()  # "ru" is a language too


SQL = re.compile(
    r"\b(?:SELECT\s.+?\sFROM|INSERT\s+(?:OR\s+\w+\s+)?INTO|UPDATE\s+\w+\s+SET|DELETE\s+FROM|CREATE\s+TABLE)\b",
    re.DOTALL,
)
STORE = PACKAGE / "ledger" / "store"
SQL_OF_THEIR_OWN = ("export", "schema")  # files of other formats, and a view for those who read the output


def test_only_the_store_knows_that_the_ledger_is_an_sqlite():
    others = [module for module in modules() if STORE not in module.parents and room_of(module) not in SQL_OF_THEIR_OWN]
    assert [module for module in others if "sqlite3" in set(imported(module))] == []
    found = {
        str(module.relative_to(PACKAGE)): text for module in others for text in strings(module) if SQL.search(text)
    }
    assert found == {}
    methods = {"row", "rows", "each", "write", "change", "write_all", "write_rows"}
    asked = {
        (module.name, node.attr)
        for module in modules("ledger")
        if STORE not in module.parents
        for node in said.nodes(module)
        if isinstance(node, ast.Attribute) and node.attr in methods
        if ast.unparse(node.value).endswith("db")
    }
    assert asked == set()


def test_the_ledger_has_two_doors():
    """Other rooms name the ledger's own page alone: its doors, and the data that pass through them."""
    doors = "espreso_crawler.ledger"
    behind = {
        (str(module.relative_to(PACKAGE)), name)
        for module in modules()
        if room_of(module) != "ledger"
        for name in imported(module)
        if name.startswith(f"{doors}.") and name.removeprefix(f"{doors}.") not in ledger.__all__
    }
    assert behind == set()
    data = {
        "Coverage",
        "Pauses",
        "DecidingRun",
        "Place",
        "STREAMS",
        "WITNESSES",
        "is_there",
        "new_run_id",
        "parse_schedule",
        "shown",
        "utc_now",
        "write_document",
    }
    others = set(ledger.__all__) - {"Ledger", "LedgerCare"} - data
    assert [name for name in sorted(others) if not is_data(getattr(ledger, name))] == []


def is_data(cls: type) -> bool:
    """Whether a class holds data alone: a dataclass, an enumeration, or the form of what is given."""
    return is_dataclass(cls) or issubclass(cls, Enum) or getattr(cls, "_is_protocol", False)


def test_tests_mirror_the_package():
    folders = {path.name for path in (ROOT / "tests").iterdir() if path.is_dir() and list(path.glob("*.py"))}
    assert folders - {"benchmarks", "chaos", "failing_disk", "fixtures", "fuzz", "site"} <= ALL


@pytest.mark.parametrize("room", ["commands", "extensions", "middlewares", "pipelines", "spiders"])
def test_every_component_says_what_it_does(room):
    classes = [node for module in modules(room) for node in said.tree(module).body if isinstance(node, ast.ClassDef)]
    assert [node.name for node in classes if not node.name.startswith("_") and not ast.get_docstring(node)] == []


def test_spiders_have_one_name_for_file_class_and_command():
    for module in modules("spiders"):
        for node in said.tree(module).body:
            if isinstance(node, ast.ClassDef) and node.name.endswith("Spider"):
                spider = getattr(import_module(f"espreso_crawler.spiders.{module.stem}"), node.name)
                assert getattr(spider, "name", module.stem) == module.stem  # the base has no name
                assert node.name.lower() == module.stem.replace("_", "") + "spider"


def error_classes() -> list[type[BaseException]]:
    return [
        cls
        for module in (exceptions, drops)
        for cls in vars(module).values()
        if isinstance(cls, type) and issubclass(cls, Exception) and cls.__module__ == module.__name__
    ]


@pytest.mark.parametrize("error", error_classes(), ids=lambda cls: cls.__name__)
def test_every_error_says_who_raises_it(error):
    assert error.__doc__, "docstring"
    if error is not exceptions.EspresoError:
        docs_of_family = " ".join(
            cls.__doc__ or "" for cls in error.__mro__ if cls.__module__.startswith("espreso_crawler.")
        )
        assert re.search(r"(?:Raised|Dropped) by", docs_of_family)


def make_targets() -> set[str]:
    return set(re.findall(r"^([a-z]+):", page("Makefile"), re.MULTILINE))


@pytest.mark.parametrize("path", docs(), ids=lambda path: str(path.relative_to(ROOT)))
def test_make_commands_in_the_docs_exist(path):
    assert set(re.findall(r"(?:^|`)make ([a-z]+)", path.read_text("utf-8"), re.MULTILINE)) <= make_targets()


def test_readme_names_every_make_target():
    assert make_targets() - {"help"} <= set(re.findall(r"make ([a-z]+)", page("README.md")))


@pytest.mark.parametrize("path", docs(), ids=lambda path: str(path.relative_to(ROOT)))
def test_links_between_the_docs_lead_somewhere(path):
    targets = re.findall(r"\]\((?!https?:|#|mailto:)([^)#]+)", path.read_text("utf-8"))
    assert [target for target in targets if not (path.parent / target).exists()] == []


@pytest.mark.parametrize("path", docs(), ids=lambda path: str(path.relative_to(ROOT)))
def test_scrapy_commands_in_the_docs_exist(path):
    named = set(re.findall(r"(?:^|`|/)scrapy ([a-z]+)", path.read_text("utf-8"), re.MULTILINE))
    own = {module.stem for module in modules("commands")}
    assert named <= own | {"check", "crawl", "fetch", "list", "settings", "shell", "view"}


def test_docs_list_every_own_command():
    own = {module.stem for module in modules("commands")} - {"__init__"}
    assert {name for name in own if not name.startswith("_")} <= set(
        re.findall(r"scrapy ([a-z]+)", page("docs/commands.md"))
    )


def settings_in_docs() -> dict[str, str]:
    return dict(re.findall(r"^\| `(ESPRESO_[A-Z_]+)` \| ([^|]*?) \|", page("docs/settings.md"), re.MULTILINE))


def test_docs_list_every_format_of_an_export():
    formats = import_module("espreso_crawler.export.formats").FORMATS
    table = page("docs/exports.md").partition("## Formats\n\n")[2].partition("\n\n")[0]
    assert re.findall(r"^\| `([a-z]+)` \| `", table, re.MULTILINE) == list(formats)


def test_docs_list_every_setting_and_no_other():
    settings = import_module("espreso_crawler.settings")
    assert sorted(settings_in_docs()) == sorted(name for name in vars(settings) if name.startswith("ESPRESO_"))


def test_docs_give_the_defaults_of_the_settings():
    settings = import_module("espreso_crawler.settings")
    given = {name: cell.strip("`") for name, cell in settings_in_docs().items()}
    plain = {name: str(getattr(settings, name)) for name in given if getattr(settings, name) is not None}
    assert {name: given[name] for name in plain} == plain


def test_docs_list_every_exit_code():
    rows = re.findall(r"^\| (\d+) \|", page("docs/exit-codes.md"), re.MULTILINE)
    assert [int(row) for row in rows] == sorted(exceptions.ExitCode)


METRICS = ROOT / "docs" / "metrics.md"


def test_the_docs_list_every_stat_and_no_other():
    listed = [re.sub(r"<[^>]*>", "<>", row.cells[0]) for row in said.rows(METRICS, "Stats")]
    assert sorted(listed) == sorted(said.stats())


def test_the_docs_list_every_log_line_and_no_other():
    listed = [said.LogLine(*row.cells[:3]) for row in said.rows(METRICS, "Log lines")]
    assert sorted(listed) == sorted(said.log_lines())


@pytest.mark.parametrize("heading", ["Stats", "Log lines"])
def test_the_docs_say_of_every_stat_and_log_line_whether_to_act(heading):
    assert [row for row in said.rows(METRICS, heading) if not re.fullmatch(r"none|needed: .+", row.action)] == []
