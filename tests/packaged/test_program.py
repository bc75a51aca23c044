"""The packaged program as a stranger has it; asked for by ``python -m pytest -m packaged``.

It lies in ``dist`` after ``python .ci/package.py``, or where MNIST_STUDIO_PROGRAM says. Copied are
links to its files, into a folder whose name has a space and a letter beyond ASCII.
"""

import json
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

import psutil
import pytest

ROOT = Path(__file__).parents[2]
PROGRAM = Path(os.environ.get("MNIST_STUDIO_PROGRAM", ROOT / "dist/mnist-studio/mnist-studio"))
FULL = (PROGRAM.parent / "_internal/torch").is_dir()
"""Whether the edition has the frameworks."""

MOST_BYTES = 1_500_000_000 if FULL else 350_000_000
NOBODY = 65534

pytestmark = [pytest.mark.packaged, pytest.mark.timeout(900)]
on_linux = pytest.mark.skipif(sys.platform != "linux", reason="as Linux has it")


@pytest.fixture(scope="module")
def program() -> Iterator[Path]:
    """The program in a folder that everybody may enter."""
    if not PROGRAM.is_file():
        pytest.skip(f"{PROGRAM} is not here; python .ci/package.py makes it")
    with TemporaryDirectory(prefix="Übung und ", dir=PROGRAM.parents[1]) as place:
        Path(place).chmod(0o755)
        copy = Path(place) / "mnist-studio"
        shutil.copytree(PROGRAM.parent, copy, symlinks=True, copy_function=os.link)
        yield copy / PROGRAM.name


@pytest.fixture
def newcomer() -> Iterator[dict[str, str]]:
    """The variables of somebody whose home can be written nowhere but in the data folder.

    It does not lie in pytest's own folder, which every pytest that starts closes to other users.
    """
    with TemporaryDirectory(prefix="newcomer-") as place:
        home = Path(place) / "home"
        data = home / ".local" / "share" / "mnist-studio"
        temporary = Path(place) / "tmp"
        for folder in (data, temporary):
            folder.mkdir(parents=True)
            os.chown(folder, NOBODY if os.geteuid() == 0 else -1, -1)
        closed = (data.parent, data.parents[1], home)
        for folder in closed:
            folder.chmod(0o555)
        Path(place).chmod(0o755)
        yield {
            "PATH": "/usr/bin:/bin",
            "HOME": str(home),
            "LANG": "C.UTF-8",
            "TMPDIR": str(temporary),
            "QT_QPA_PLATFORM": "offscreen",
        }
        for folder in closed:
            folder.chmod(0o755)


def said(
    variables: Mapping[str, str], *command: object, cwd: Path = Path("/")
) -> "subprocess.CompletedProcess[str]":
    """What a command says; root takes the rights of nobody."""
    user = NOBODY if os.geteuid() == 0 else None
    return subprocess.run(
        [str(word) for word in command], env=dict(variables), cwd=cwd, check=False, text=True,
        capture_output=True, user=user, group=user, extra_groups=[] if user else None,
    )  # fmt: skip


def test_it_is_small_enough() -> None:
    sizes = [file.lstat().st_size for file in PROGRAM.parent.rglob("*") if not file.is_dir()]
    assert (500_000_000 if FULL else 200_000_000) < sum(sizes) <= MOST_BYTES


@on_linux
def test_it_works_for_a_newcomer(program: Path, newcomer: dict[str, str]) -> None:
    done = said(newcomer, program, "selftest", "--json")
    tried = [json.loads(line) for line in done.stdout.splitlines()]
    assert [one for one in tried if not one["passed"]] == []
    assert len(tried) == (10 if FULL else 9)
    skipped = [one["name"] for one in tried if one["detail"].startswith("skipped")]
    assert skipped == ([] if FULL else ["PyTorch", "Keras"])
    assert done.returncode == 0
    # PyTorch makes one folder a user, and leaves it.
    left = {file.name for file in Path(newcomer["TMPDIR"]).iterdir()}
    assert {name for name in left if not name.startswith("torchinductor_")} == set()


@on_linux
def test_without_data_it_trains_and_offers_mnist(program: Path, newcomer: dict[str, str]) -> None:
    chosen = "all" if FULL else "numpy"
    done = said(newcomer, program, "train", "tiny-10", "--framework", chosen, "--epochs", 1)
    assert done.returncode == 0, done.stderr
    finished = done.stderr.count("finished") + done.stdout.count("finished")
    assert finished == (3 if FULL else 1)
    assert "built-in" in done.stderr
    done = said(newcomer, program, "runs", "--json")
    assert sum('"bundled-' in line for line in done.stdout.splitlines()) == 3


@on_linux
def test_it_opens_no_file_of_the_build(program: Path, newcomer: dict[str, str]) -> None:
    strace = shutil.which("strace") or pytest.skip("strace is not here")
    told = Path(newcomer["HOME"]) / ".local/share/mnist-studio/strace.txt"
    traced = (strace, "-f", "-z", "-qq", "-s", "4096", "-e", "trace=%file,%process", "-o", told)
    done = said(newcomer, *traced, program, "selftest")
    assert done.returncode == 0, done.stdout
    written = set(re.findall(r'"(/[^"]*)"', told.read_text("ascii", "replace")))
    # Letters beyond ASCII are written as octal numbers of their bytes.
    paths = {path.encode().decode("unicode_escape").encode("latin-1").decode() for path in written}
    assert any(path.startswith(str(program.parent)) for path in paths)
    build = (str(ROOT), str(PROGRAM.parents[2]), sys.prefix, sys.base_prefix)
    # Its own folder may lie in the checkout; those above it are looked at to resolve links.
    strange = {path for path in paths if path.startswith(build)}
    own = {path for path in strange if path.startswith(str(program.parent.parent))}
    assert strange - own - {str(folder) for folder in program.parents} == set()


@on_linux
def test_killing_it_leaves_no_process(program: Path, newcomer: dict[str, str]) -> None:
    for framework in ("numpy", "pytorch", "keras") if FULL else ("numpy",):
        choices = ("--framework", framework, "--epochs", "500", "--json")
        with subprocess.Popen(
            [program, "train", "compact-cnn", *choices],
            env=newcomer, stdout=subprocess.PIPE, text=True,
        ) as process:  # fmt: skip
            assert process.stdout is not None
            next(line for line in process.stdout if '"progress"' in line)
            children = psutil.Process(process.pid).children(recursive=True)
            assert children
            process.kill()
        _, alive = psutil.wait_procs(children, timeout=10)
        assert alive == []


def test_its_window_opens_as_fast_as_that_of_the_source(
    program: Path, newcomer: dict[str, str]
) -> None:
    source = {**newcomer, "PYTHONPATH": str(ROOT)}
    pairs = [
        (_painted(newcomer, program), _painted(source, sys.executable, "-m", "mnist_studio"))
        for _ in range(6)
    ]
    frozen, running = (median(column) for column in zip(*pairs[1:], strict=True))
    assert frozen <= 1.5 * running


def _painted(variables: dict[str, str], *command: object) -> float:
    time.sleep(0.5)
    done = subprocess.run(
        [*map(str, command), "--until-usable"], env=variables, capture_output=True, check=True
    )
    painted: float = json.loads(done.stdout)["painted"]
    return painted
