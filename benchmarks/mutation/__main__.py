"""Makes small wrong changes to a package, the mutants, and counts those that no test notices.

    pip install mutmut
    python -m benchmarks.mutation                       the packages that can be named
    python -m benchmarks.mutation training              one package; resumes where it was stopped
    python -m benchmarks.mutation store --sample 300    300 of its mutants, drawn with a fixed seed
    python -m benchmarks.mutation store --sample 300 --seed 2     another 300
    python -m benchmarks.mutation store --survivors     the mutants that no test noticed
    python -m benchmarks.mutation store --survivors --sample 300      only those of that sample
    python -m benchmarks.mutation store --again         those again, after new tests
    python -m benchmarks.mutation store --trusted       without trying the tests first

mutmut makes the mutants and runs the tests that reach the changed function. It needs ``fork``. It
does not change properties, other decorated functions, and code outside of functions.
``packages.toml`` lists packages, tests and options, ``explained.toml`` the mutants that no test can
notice or need not. Mutants that mypy refuses are counted apart, as it checks every change. The work
is in ``build/mutation``. Sources and tests are copied there each time.
"""

import argparse
import json
import os
import random
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from difflib import unified_diff
from pathlib import Path
from typing import Any

import tomli_w

from benchmarks.mutation.explanations import explanation_of, read_explanations
from benchmarks.mutation.type_checker import MutatedFile, refused

ROOT = Path(__file__).parents[2]
FOLDER = Path(__file__).parent
BUILD = ROOT / "build" / "mutation"
COPIED = ("mnist_studio", "tests", "resources", "docs", "benchmarks")
KILLED = {1, 3, 37, 36, -24, 24, 152, 255, -9, -11}
"""Exit codes of a noticed mutant: a failed test, a crash, or a test that never ends."""
NO_TESTS = {5, 33}


@dataclass(frozen=True)
class Package:
    """What is mutated, and with which tests.

    Attributes:
        name: of the package.
        mutate: patterns of its files.
        tests: arguments of pytest.
        options: of mutmut.
    """

    name: str
    mutate: tuple[str, ...]
    tests: tuple[str, ...]
    options: dict[str, Any]

    @property
    def folder(self) -> Path:
        """Where mutmut works."""
        return BUILD / self.name


@dataclass(frozen=True)
class Mutant:
    """A mutant and what became of it.

    Attributes:
        name: mutmut's.
        code: the exit code of its tests; None if it was not run.
    """

    name: str
    code: int | None


@dataclass(frozen=True)
class Survivor:
    """A mutant that no test noticed.

    Attributes:
        mutant: as it was run.
        change: the changed lines.
        why: no test can or need notice it; None if that is not known.
        error: what the type checker says of it; None if it accepts it.
    """

    mutant: Mutant
    change: str
    why: str | None
    error: str | None

    @property
    def is_open(self) -> bool:
        """Whether neither a reason nor the type checker rules it out."""
        return self.why is None and self.error is None


def packages() -> dict[str, Package]:
    """The packages of ``packages.toml``."""
    found = tomllib.loads((FOLDER / "packages.toml").read_text("utf-8"))
    return {
        name: Package(name, tuple(each["mutate"]), tuple(each["tests"]), found["mutmut"])
        for name, each in found["packages"].items()
    }


def prepare(package: Package, trusted: bool) -> None:
    """Copies the tree, and configures mutmut for this package.

    Args:
        package: to mutate.
        trusted: whether its tests are known to pass, but for those that were left out last time.

    Files keep their times, so mutmut changes only what is newer than its mutants.
    """
    # Python does not look again at a folder of its path that was missing when it started.
    (package.folder / "mutants").mkdir(parents=True, exist_ok=True)
    for name in COPIED:
        ignored = shutil.ignore_patterns("__pycache__")
        shutil.rmtree(package.folder / name, ignore_errors=True)
        shutil.copytree(ROOT / name, package.folder / name, ignore=ignored)
    _refresh(package)
    failing = _left_out(package) if trusted else _failing(package)
    for test in failing:
        print(f"left out, since it fails without any mutant: {test}", file=sys.stderr)
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    project["tool"]["mutmut"] = {
        **package.options,
        "source_paths": ["mnist_studio"],
        "only_mutate": list(package.mutate),
        "also_copy": ["resources", "docs", "benchmarks", "pyproject.toml"],
        "pytest_add_cli_args_test_selection": [
            *package.tests,
            *(f"--deselect={test}" for test in failing),
        ],
        "use_git_change_detection": False,
    }
    (package.folder / "pyproject.toml").write_text(tomli_w.dumps(project), "utf-8")


def _left_out(package: Package) -> list[str]:
    """Tests that were left out last time."""
    path = package.folder / "pyproject.toml"
    if not path.exists():
        return []
    used = tomllib.loads(path.read_text("utf-8"))["tool"]["mutmut"]
    selection: list[str] = used["pytest_add_cli_args_test_selection"]
    added = [each for each in selection if each not in package.tests]
    return [one.removeprefix("--deselect=") for one in added if one.startswith("--deselect=")]


def _failing(package: Package) -> list[str]:
    """Tests that fail as it is. They would make every mutant look noticed."""
    command = [sys.executable, "-m", "pytest", "-q", "-rfE", "--tb=no", *package.tests]
    environment = {**os.environ, "PYTHONPATH": str(package.folder)}
    tried = subprocess.run(
        command, cwd=package.folder, env=environment, capture_output=True, text=True, check=False
    )
    return re.findall(r"^(?:FAILED|ERROR) (\S+)", tried.stdout, re.MULTILINE)


def _refresh(package: Package) -> None:
    """Brings all copies but those of mutated files up to date; mutmut copies a source only once."""
    mutants = package.folder / "mutants"
    for name in COPIED[:2]:
        for copy in (mutants / name).rglob("*.py"):
            place = copy.relative_to(mutants)
            source = package.folder / place
            if not source.is_file():
                copy.unlink()
            elif not any(place.match(one) for one in package.mutate):
                shutil.copy2(source, copy)


_COMMAND = "from mutmut.__main__ import cli; cli()"
_MAKE = """
from mutmut.__main__ import copy_also_copy_files, copy_src_dir, create_mutants
from mutmut.__main__ import set_mutant_under_test, setup_source_paths
set_mutant_under_test("mutant_generation")
copy_src_dir()
copy_also_copy_files()
setup_source_paths()
create_mutants(1)
"""
_SHOW = """
import json, sys
from mutmut.__main__ import find_mutant, get_diff_for_mutant
names = json.load(sys.stdin)
found = {name: get_diff_for_mutant(name, path=find_mutant(name).path) for name in names}
json.dump(found, sys.stdout)
"""
_APPLY = """
import json, sys
from mutmut.__main__ import find_mutant
from mutmut.mutation.diff_apply import apply_mutant
found = {}
for name in json.load(sys.stdin):
    path = find_mutant(name).path
    before = path.read_text("utf-8")
    apply_mutant(name)
    found[name] = str(path), before, path.read_text("utf-8")
    path.write_text(before, "utf-8")
json.dump(found, sys.stdout)
"""


def mutmut(package: Package, script: str, *arguments: str, given: str = "") -> str:
    """Runs a script that uses mutmut in the folder of the package. Returns what it wrote."""
    environment = {
        **os.environ,
        "PYTHONPATH": str(package.folder / "mutants"),
        "QT_QPA_PLATFORM": "offscreen",
    }
    command = [sys.executable, "-c", script, *arguments]
    return subprocess.run(
        command,
        cwd=package.folder,
        env=environment,
        input=given,
        stdout=subprocess.PIPE,
        text=True,
        check=False,
    ).stdout


def mutants(package: Package) -> list[Mutant]:
    """All mutants of a package, by name."""
    found: dict[str, int | None] = {}
    for path in sorted((package.folder / "mutants").rglob("*.meta")):
        found |= json.loads(path.read_text("utf-8"))["exit_code_by_key"]
    return [Mutant(name, found[name]) for name in sorted(found)]


def changes(package: Package, found: Sequence[Mutant]) -> dict[str, str]:
    """The changed lines of mutants by name: ``-`` before and ``+`` after."""
    names = json.dumps([each.name for each in found])
    shown = json.loads(mutmut(package, _SHOW, given=names)) if found else {}
    return {name: "\n".join(_changed(text.splitlines())) for name, text in shown.items()}


def mutated_files(package: Package, changed: Mapping[str, str]) -> dict[str, MutatedFile]:
    """The sources with each of these mutants, by name.

    Args:
        package: that was mutated.
        changed: the changed lines of each mutant. mutmut may put one into another function of the
            same name: then they differ, and it is left out.
    """
    applied = json.loads(mutmut(package, _APPLY, given=json.dumps([*changed])))
    return {
        name: MutatedFile(path, after)
        for name, (path, before, after) in applied.items()
        if _bare(unified_diff(before.splitlines(), after.splitlines(), lineterm=""))
        == _bare(changed[name].splitlines())
    }


def _bare(lines: Iterable[str]) -> list[str]:
    """The changed lines without their indentation."""
    return [line[0] + line[1:].strip() for line in _changed(lines)]


def _changed(lines: Iterable[str]) -> list[str]:
    return [line for line in lines if line[:1] in ("+", "-") and line[:3] not in ("+++", "---")]


def survivors(package: Package, run: Sequence[Mutant]) -> list[Survivor]:
    """Those of mutants that were run that no test noticed, with change and explanation."""
    explanations = read_explanations(FOLDER / "explained.toml")
    unnoticed = [each for each in run if each.code not in KILLED]
    changed = changes(package, unnoticed)
    explained = {
        name: why.why
        for name, change in changed.items()
        if (why := explanation_of(explanations, name, change))
    }
    left = {name: change for name, change in changed.items() if name not in explained}
    files = mutated_files(package, left) if left else {}
    refusals = refused(package.folder, files)
    return [
        Survivor(each, changed[each.name], explained.get(each.name), refusals.get(each.name))
        for each in unnoticed
    ]


def run_mutants(package: Package, names: Sequence[str]) -> list[Mutant]:
    """The mutants that were run: those of these names, or all without names."""
    found = [each for each in mutants(package) if each.code is not None]
    return [each for each in found if each.name in {*names}] if names else found


def report(package: Package, names: Sequence[str]) -> None:
    """Prints every mutant that has no explanation, then the row of docs/reliability.md.

    Args:
        package: that was mutated.
        names: of the mutants that count; all that were run if empty.
    """
    run = run_mutants(package, names)
    left = survivors(package, run)
    explained = sum(each.why is not None for each in left)
    refusals = sum(each.why is None and each.error is not None for each in left)
    open_ones = [each for each in left if each.is_open]
    for each in open_ones:
        note = " (no test reaches it)" if each.mutant.code in NO_TESTS else ""
        print(f"{each.mutant.name}{note}\n{each.change}\n")
    share = 1 - len(open_ones) / len(run) if run else 0.0
    print(
        f"| `{package.name}` | {len(mutants(package)):,} | {len(run):,} | {len(run) - len(left):,} "
        f"| {refusals:,} | {explained:,} | {len(open_ones):,} | {share:.1%} |"
    )


def chosen(package: Package, sample: int, seed: int) -> list[str]:
    """Names of mutants, drawn with this seed."""
    names = [each.name for each in mutants(package)]
    return sorted(random.Random(seed).sample(names, min(sample, len(names))))


def main(arguments: Sequence[str]) -> int:
    """Runs, or shows, the mutants of a package."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.mutation")
    parser.add_argument("package", nargs="?", choices=sorted(packages()))
    parser.add_argument("--sample", type=int, metavar="N", help="run N mutants (default: all)")
    parser.add_argument("--seed", type=int, default=1, help="of the sample (default: 1)")
    parser.add_argument("--survivors", action="store_true", help="show what was not noticed")
    parser.add_argument("--again", action="store_true", help="run what was not noticed again")
    parser.add_argument("--trusted", action="store_true", help="do not try the tests first")
    given = parser.parse_args(arguments)
    if given.package is None:
        print("\n".join(packages()))
        return 0
    package = packages()[given.package]
    names = chosen(package, given.sample, given.seed) if given.sample else []
    if not given.survivors:
        left = survivors(package, run_mutants(package, names)) if given.again else []
        prepare(package, given.trusted)
        if given.sample:
            mutmut(package, _MAKE)  # After a change of the sources, the names may be others.
            names = chosen(package, given.sample, given.seed)
        tried = [each.mutant.name for each in left if each.is_open] if given.again else names
        said = mutmut(package, _COMMAND, "run", "--max-children", "1", *tried)
        if "Running mutation testing" not in said:
            print(said[-3000:], file=sys.stderr)
            return 1
    report(package, names)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
