"""The house's rules that no linter knows, read from the source itself."""

import ast
import re
import subprocess
import tokenize
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
PACKAGES: list[str] = PROJECT["tool"]["importlinter"]["root_packages"]
LONGEST_FILE, LONGEST_FUNCTION = 400, 40
PATTERN_NAMES = {"services", "service", "utils", "util", "helpers", "helper", "common", "misc"}
EDGES = {"views", "api", "webhooks", "tasks", "forms", "serializers", "admin", "management"}
ROW_WRITES = {
    "save",
    "create",
    "get_or_create",
    "update_or_create",
    "bulk_create",
    "bulk_update",
    "delete",
}
# Rows that no view ever lists, so that no user's view of them is needed.
NEVER_LISTED = {"Event", "PhoneState"}
QUERY_WORDS = {"objects", "filter", "exclude", "all", "for_user", "select_for_update"}


def python_files(*folders: str) -> list[Path]:
    """Return the Python files below these folders, without migrations."""
    found = [path for folder in folders for path in sorted((ROOT / folder).rglob("*.py"))]
    return [path for path in found if "migrations" not in path.parts]


def edges() -> list[Path]:
    """Return the modules, and the modules of packages, that are named for an edge."""
    return [
        path
        for path in python_files(*PACKAGES)
        if EDGES & {*path.relative_to(ROOT).with_suffix("").parts}
    ]


def writes(tree: ast.AST) -> Iterator[ast.Call]:
    """Yield the calls that write rows: `save` and its like, and `update` of a query.

    `super().save()` is not one: it lets the framework do what it does anyway.
    """
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            name, of = node.func.attr, node.func.value
            is_write = name in ROW_WRITES and not _is_super(of)
            if is_write or (name == "update" and _is_query(of)):
                yield node


def places(path: Path, nodes: Iterator[ast.Call]) -> list[str]:
    """Return `file:line` for each node."""
    return [f"{path.relative_to(ROOT)}:{node.lineno}" for node in nodes]


def test_the_linted_packages_are_the_packages_there_are() -> None:
    on_disk = {path.parent.name for path in ROOT.glob("*/__init__.py")}

    assert set(PACKAGES) == on_disk - {"tests", "bench"}


def test_no_file_is_longer_than_a_reader_can_hold() -> None:
    files = [*python_files(*PACKAGES, "tests", "bench", "deploy"), *typescript_files()]
    lengths = {path.relative_to(ROOT): len(path.read_text().splitlines()) for path in files}

    assert len(lengths) > 100
    assert {path: n for path, n in lengths.items() if n > LONGEST_FILE} == {}


def test_no_function_is_longer_than_a_screen() -> None:
    lengths = {
        f"{path.relative_to(ROOT)}:{node.lineno} {node.name}": _length(node)
        for path in python_files(*PACKAGES, "tests", "bench", "deploy")
        for node in ast.walk(_tree(path))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    }

    assert len(lengths) > 300
    assert {where: n for where, n in lengths.items() if n > LONGEST_FUNCTION} == {}


def test_modules_are_named_for_their_subject() -> None:
    names = {path.relative_to(ROOT) for path in python_files(*PACKAGES)}

    assert names
    assert [path for path in names if PATTERN_NAMES & {*path.with_suffix("").parts}] == []


def test_a_module_says_in_its_first_line_what_it_is() -> None:
    files = python_files(*PACKAGES, "tests", "bench", "deploy")
    silent = [path for path in files if path.read_text().strip() and not _docstring(path)]

    assert [str(path.relative_to(ROOT)) for path in silent] == []
    assert [str(path.relative_to(ROOT)) for path in files if _unfinished(_docstring(path))] == []


def test_edges_write_no_rows() -> None:
    found = edges()

    assert {"views", "tasks", "commands"} <= {part for path in found for part in _names(path)}
    assert [place for path in found for place in places(path, writes(_tree(path)))] == []


@pytest.mark.parametrize(
    "code",
    [
        "lead.save()",
        "Lead.objects.create(name='x')",
        "Lead.objects.for_user(user).update(status='new')",
        "def f(rows):\n    rows.filter(a=1).update(b=2)",
        "call.notes.all().delete()",
        "Lead.objects.bulk_create(rows)",
    ],
)
def test_the_rule_about_edges_sees_a_write(code: str) -> None:
    assert list(writes(ast.parse(code)))


def test_the_rule_about_edges_lets_a_dictionary_be_updated() -> None:
    assert not list(writes(ast.parse("context.update(page=1)\nlifecycle.wrap_up(call)")))


def test_every_tenant_model_names_its_own_manager() -> None:
    models = {
        node.name: _assigned(node)
        for path in python_files(*PACKAGES)
        if "models" in _names(path)
        for node in _tree(path).body
        if isinstance(node, ast.ClassDef) and "organization" in _assigned(node)
    }

    nameless = {model for model, names in models.items() if "objects" not in names}

    assert len(models) > 5
    assert nameless == NEVER_LISTED


def test_comments_are_not_about_us() -> None:
    pattern = re.compile(r"\b(we|TODO|FIXME|XXX)\b", re.IGNORECASE)
    spoken = [
        (path.relative_to(ROOT), number, text)
        for path in python_files(*PACKAGES)
        for number, text in _comments(path)
    ]

    assert len(spoken) > 50
    assert [entry for entry in spoken if pattern.search(entry[2])] == []


def test_no_file_of_the_project_knows_the_machine_it_was_written_on() -> None:
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, check=True, capture_output=True, text=True
    ).stdout
    files = [ROOT / name for name in listed.split("\0") if name]
    homes = re.compile(rb"/(?:root|home/\w+|work/\w+)/")
    texts = {path: path.read_bytes() for path in files if path.is_file()}

    assert len(texts) > 100
    assert [
        str(path.relative_to(ROOT))
        for path, text in texts.items()
        if b"\0" not in text[:1000] and homes.search(text)
    ] == []


def typescript_files() -> list[Path]:
    """Return our own TypeScript."""
    return [
        *sorted((ROOT / "static" / "src").rglob("*.ts")),
        *sorted(ROOT.glob("tests/ts/**/*.ts")),
    ]


def _tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(), filename=str(path))


def _names(path: Path) -> set[str]:
    return {*path.relative_to(ROOT).with_suffix("").parts}


def _length(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    return (node.end_lineno or node.lineno) - node.lineno + 1


def _docstring(path: Path) -> str:
    return ast.get_docstring(_tree(path)) or ""


def _unfinished(docstring: str) -> bool:
    first = docstring.splitlines()[0] if docstring else ""
    return bool(first) and not first.rstrip().endswith((".", "?", ":"))


def _is_super(node: ast.expr) -> bool:
    return (
        isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "super"
    )


def _is_query(node: ast.expr) -> bool:
    return any(
        isinstance(part, ast.Attribute) and part.attr in QUERY_WORDS for part in ast.walk(node)
    )


def _assigned(node: ast.ClassDef) -> set[str]:
    targets = [
        target
        for statement in node.body
        if isinstance(statement, ast.Assign | ast.AnnAssign)
        for target in (
            statement.targets if isinstance(statement, ast.Assign) else [statement.target]
        )
    ]
    return {target.id for target in targets if isinstance(target, ast.Name)}


def _comments(path: Path) -> list[tuple[int, str]]:
    with path.open("rb") as file:
        tokens = list(tokenize.tokenize(file.readline))
    return [(t.start[0], t.string) for t in tokens if t.type == tokenize.COMMENT]
