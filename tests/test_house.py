"""The house is as the documents say: tests lie where their modules lie, and named files exist."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGE, TESTS = ROOT / "mnist_studio", ROOT / "tests"
OF_BENCHMARKS = {"attack": ROOT / "benchmarks", "benchmarks": ROOT / "benchmarks"}
"""Folders of tests whose modules are benchmarks: an attack is one of them."""
OF_A_PACKAGE = {
    "house", "words", "packaging", "packaging_files", "imports", "end_to_end", "first_launch",
    "own_datasets", "pictures", "program",
}  # fmt: skip
"""Tests of a whole package, not of one module."""


def _misplaced() -> list[str]:
    """The tests whose path does not lead to a module or package of the same name."""
    found = []
    for test in sorted(TESTS.rglob("test_*.py")):
        place = test.relative_to(TESTS)
        folder = OF_BENCHMARKS.get(place.parts[0]) or PACKAGE / place.parent
        subjects = {path.stem for path in folder.iterdir()} if folder.is_dir() else set()
        name = test.stem.removeprefix("test_")
        known = any(name == one or name.startswith(f"{one}_") for one in subjects)
        if not known and name not in OF_A_PACKAGE:
            found.append(str(place))
    return found


def test_every_test_lies_where_its_module_lies() -> None:
    assert not _misplaced()


@pytest.mark.parametrize("page", ["docs/architecture.md", "CONTRIBUTING.md"])
def test_every_module_that_a_page_names_exists(page: str) -> None:
    text = (ROOT / page).read_text(encoding="utf-8")
    named = set(re.findall(r"`((?:\w+/)+\w+\.py)`", text))
    assert named
    missing = [
        name for name in named if not ((PACKAGE / name).is_file() or (ROOT / name).is_file())
    ]
    assert not missing


def test_the_architecture_is_read_in_a_sitting() -> None:
    assert len((ROOT / "docs" / "architecture.md").read_text("utf-8").splitlines()) <= 150


def test_no_two_classes_share_a_name() -> None:
    """The frameworks mirror each other and the description that they build, so theirs do."""
    places: dict[str, list[str]] = {}
    for module in sorted(PACKAGE.rglob("*.py")):
        for node in ast.parse(module.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                places.setdefault(node.name, []).append(str(module.relative_to(PACKAGE)))
    shared = {
        name: modules
        for name, modules in places.items()
        if len(modules) > 1 and not any(one.startswith("frameworks") for one in modules)
    }
    assert shared == {}


def test_layouts_are_cleared_in_one_place() -> None:
    """PySide never frees what ``takeAt`` returns, so that a window grows with every use of it."""
    users = {
        str(module.relative_to(PACKAGE))
        for module in sorted((PACKAGE / "gui").rglob("*.py"))
        if ".takeAt(" in module.read_text("utf-8")
    }
    assert users == set()


def test_ten_is_nowhere_the_number_of_classes() -> None:
    """A run has its classes: nothing counts to ten, shapes arrays by it, or colors by it."""
    found = []
    for module in sorted(PACKAGE.rglob("*.py")):
        if "recipes" in module.parts:
            continue  # A recipe is a network for digits, which ``with_classes`` resizes.
        found += [
            f"{module.relative_to(ROOT)}:{node.lineno} {ast.unparse(node)}"
            for node in ast.walk(ast.parse(module.read_text("utf-8")))
            if isinstance(node, ast.Call | ast.Assign) and _counts_ten_classes(node)
        ]
    assert found == []


def test_every_test_checks_something() -> None:
    """A wait that ends, or a call that raises nothing, shows no right value."""
    trees = {path: ast.parse(path.read_text("utf-8")) for path in sorted(TESTS.rglob("*.py"))}
    checks = _checking_functions(trees)
    unchecked = [
        f"{path.relative_to(ROOT)}:{node.lineno} {node.name}"
        for path, tree in trees.items()
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef)
        and node.name.startswith("test_")
        and (path, node.name) not in checks
    ]
    assert unchecked == []


def _checking_functions(trees: dict[Path, ast.Module]) -> set[tuple[Path, str]]:
    """The functions and methods that assert, or call one of the tests that does."""
    checks: set[tuple[Path, str]] = set()
    calls: dict[tuple[Path, str], set[tuple[Path, str]]] = {}
    for path, tree in trees.items():
        homes = _imported_from_tests(tree)
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef):
                parts = list(ast.walk(node))
                called = {_called(part) for part in parts if isinstance(part, ast.Call)}
                if any(isinstance(part, ast.Assert) for part in parts) or any(
                    map(_CHECK.match, called)
                ):
                    checks.add((path, node.name))
                calls[path, node.name] = {(homes.get(name, path), name) for name in called}
    found = checks
    while found:
        found = {one for one, called in calls.items() if called & checks} - checks
        checks |= found
    return checks


_CHECK = re.compile(r"pytest\.(raises|warns|fail)$|(testing\.)?assert_")


def _called(call: ast.Call) -> str:
    """The name of a function, or of a method of the same object; others with what they are of."""
    function = call.func
    if isinstance(function, ast.Name):
        return function.id
    if not isinstance(function, ast.Attribute):
        return ""
    owner = function.value
    if isinstance(owner, ast.Name):
        return function.attr if owner.id == "self" else f"{owner.id}.{function.attr}"
    return f"{owner.attr}.{function.attr}" if isinstance(owner, ast.Attribute) else ""


def _imported_from_tests(tree: ast.Module) -> dict[str, Path]:
    """The modules of the tests that a module imports names from."""
    return {
        alias.name: (ROOT / node.module.replace(".", "/")).with_suffix(".py")
        for node in tree.body
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("tests.")
        for alias in node.names
        if node.module
    }


def _counts_ten_classes(node: ast.Call | ast.Assign) -> bool:
    if isinstance(node, ast.Assign):
        names = ast.unparse(node.targets[0])
        return bool(re.search(r"CLASS|DIGITS", names)) and ast.unparse(node.value) == "10"
    name = ast.unparse(node.func).rpartition(".")[2]
    arguments = [ast.unparse(one) for one in node.args]
    if name in ("range", "Dense"):
        return arguments[:1] == ["10"] and len(arguments) == 1
    shapes = {"reshape", "empty", "zeros", "ones", "full", "bincount", "to_categorical", "one_hot"}
    return name in shapes and any(re.search(r"(?<![\d.])10(?!\d)", one) for one in arguments)
