"""Feeds every reader of foreign bytes with damaged inputs: only MNIST Studio's errors may come out.

    python -m benchmarks fuzz [READER ...] [--seconds N] [--seed N] [--list]
    python -m benchmarks fuzz READER --coverage --seconds 3600 --corpus FOLDER

The first form changes good inputs by chance: bits, lengths, numbers, words, and parts of others.
What is drawn depends on the seed alone, unless the time ends first. An input fails if another error
comes, or if it takes more than ten seconds of processor time or a gigabyte.

The second form finds new inputs by the branches that they reach. It needs atheris, a tool that is
not part of the project's environment: pip install atheris. Each input that fails is left in FOLDER.
"""

import argparse
import gc
import logging
import os
import random
import shutil
import sys
import tempfile
import time
import traceback
import warnings
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from types import FunctionType

import psutil

from benchmarks.fuzz_readers import READERS, Reader
from mnist_studio.errors import MnistStudioError

SECONDS = 10.0
"""The most processor time that one input may take: other programs do not count."""

HANGS_AFTER = 120
"""Seconds by the clock after which the fuzzer ends an input that waits for something."""

MEGABYTES = 1024
"""The most memory that the process may take, which is measured after each input."""

_NUMBERS = (b"\0", b"\1", b"\x7f", b"\x80", b"\xff", b"\0\0\0\0", b"\xff\xff\xff\xff",
            b"\x7f\xff\xff\xff", b"\0\0\0\x80", b"\xff" * 8, b"\x10\0\0\0")  # fmt: skip

_DIGITS = (b"0", b"-1", b"9", b"1e999", b"0.0", b"9" * 25, b"9" * 5000, b"1.5")


_PARSING = frozenset(
    ("mnist_studio", "ast", "csv", "email", "gzip", "http", "json", "numpy", "PIL", "re", "tarfile",
     "tomllib", "urllib", "zipfile")
)  # fmt: skip
"""Packages that read foreign bytes: to watch the branches of all others takes time."""


@dataclass(frozen=True)
class Failure:
    """An input that failed.

    Attributes:
        reader: its name.
        content: the input.
        why: the traceback, or what it took.
    """

    reader: str
    content: bytes
    why: str


def mutations(reader: Reader, chance: random.Random) -> Iterator[bytes]:
    """The good inputs, and then changed ones without end."""
    seeds = reader.seeds()
    yield from seeds
    pool = list(seeds)
    while True:
        content = bytearray(chance.choice(pool))
        for _ in range(chance.choice((1, 1, 2, 3, 8, 30))):
            _change(content, reader, pool, chance)
        del content[reader.longest :]
        yield bytes(content)
        if chance.random() < 0.05:
            # Some changes add up over many inputs.
            pool.append(bytes(content))
            del pool[len(seeds) + 200 :]


Change = Callable[[bytearray, slice, random.Random], None]


def _change(
    content: bytearray, reader: Reader, pool: Sequence[bytes], chance: random.Random
) -> None:
    """Changes an input at one place."""
    place = chance.randrange(len(content) + 1)
    part = slice(place, min(len(content), place + chance.choice((1, 1, 2, 4, 16, 300))))
    kind = chance.randrange(len(_CHANGES) + 2)
    if kind < len(_CHANGES):
        _CHANGES[kind](content, part, chance)
    elif kind == len(_CHANGES) and reader.words:
        content[place : chance.choice((place, part.stop))] = chance.choice(reader.words)
    else:
        other = chance.choice(pool)
        start = chance.randrange(len(other) + 1)
        content[part] = other[start : start + chance.choice((1, 8, 60, 1000))]


def _flip(content: bytearray, part: slice, chance: random.Random) -> None:
    for place in range(len(content))[part][:1]:
        content[place] ^= 1 << chance.randrange(8)


def _randomize(content: bytearray, part: slice, chance: random.Random) -> None:
    content[part] = chance.randbytes(part.stop - part.start)


def _delete(content: bytearray, part: slice, chance: random.Random) -> None:
    del content[part]


def _cut(content: bytearray, part: slice, chance: random.Random) -> None:
    del content[part.start :]


def _repeat(content: bytearray, part: slice, chance: random.Random) -> None:
    content[part] = content[part] * chance.choice((2, 3, 50))


def _put_number(content: bytearray, part: slice, chance: random.Random) -> None:
    number = chance.choice(_NUMBERS)
    content[part.start : part.start + len(number)] = number


def _change_number(content: bytearray, part: slice, chance: random.Random) -> None:
    """Changes a number that is written in digits."""
    digits = [place for place, byte in enumerate(content) if 48 <= byte <= 57]
    if digits:
        place = chance.choice(digits)
        content[place : place + 1] = chance.choice(_DIGITS)


_CHANGES: tuple[Change, ...] = (
    _flip, _randomize, _delete, _cut, _repeat, _put_number, _change_number
)  # fmt: skip


def failure_of(reader: Reader, content: bytes, folder: Path) -> Failure | None:
    """Reads an input; None if all is well."""
    begin = time.process_time()
    try:
        with warnings.catch_warnings():
            for category in (RuntimeWarning, UserWarning):
                warnings.simplefilter("error", category)
            reader.read(content, folder)
    except MnistStudioError as error:
        if not error.problem or len(str(error)) > 5000:
            return Failure(reader.name, content, f"a message of {len(str(error))} characters")
    except Exception:  # noqa: BLE001 - whatever else comes is what is looked for
        return Failure(reader.name, content, traceback.format_exc())
    seconds = time.process_time() - begin
    if seconds > SECONDS:
        return Failure(reader.name, content, f"took {seconds:.1f} s")
    return None


def attack(reader: Reader, seed: int, count: int, seconds: float) -> tuple[int, Failure | None]:
    """Reads that many inputs or for that time; the number of inputs, and the first that failed."""
    chance = random.Random(f"{seed} {reader.name}")
    end, process = time.monotonic() + seconds, psutil.Process()
    with tempfile.TemporaryDirectory() as place, _home(Path(place)):
        folder = Path(place) / "input"
        for number, content in enumerate(mutations(reader, chance), 1):
            folder.mkdir()
            failure = failure_of(reader, content, folder)
            shutil.rmtree(folder)
            megabytes = process.memory_info().rss / (1 << 20)
            if not failure and megabytes > MEGABYTES:
                failure = Failure(reader.name, content, f"took {megabytes:.0f} MB")
            if failure or number >= count or time.monotonic() > end:
                return number, failure
    raise AssertionError("There are mutations without end.")


class _home:  # noqa: N801 - used like a function
    """A home of its own for readers of the user's files, and the former one again at the end."""

    def __init__(self, folder: Path) -> None:
        self._folder, self._before = folder, os.environ.get("MNIST_STUDIO_HOME")

    def __enter__(self) -> None:
        os.environ["MNIST_STUDIO_HOME"] = str(self._folder)
        logging.disable()  # Every damaged settings file is logged.

    def __exit__(self, *_: object) -> None:
        logging.disable(logging.NOTSET)
        os.environ.pop("MNIST_STUDIO_HOME")
        if self._before is not None:
            os.environ["MNIST_STUDIO_HOME"] = self._before


def by_coverage(reader: Reader, seconds: int, runs: int, seed: int, corpus: Path) -> None:
    """Lets atheris look for inputs; ends the process, with 0 if none failed."""
    # Not a dependency: few people look for inputs by coverage.
    atheris = import_module("atheris")

    corpus.mkdir(parents=True, exist_ok=True)
    for number, content in enumerate(reader.seeds()):
        (corpus / f"seed-{number}").write_bytes(content)
    words = corpus.parent / f"{reader.name}.dict"
    words.write_text("".join(f'"{_escaped(word)}"\n' for word in reader.words))
    place = Path(tempfile.mkdtemp())
    os.environ["MNIST_STUDIO_HOME"] = str(place)
    folder = place / "input"
    logging.disable()

    def one(content: bytes) -> None:
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        failure = failure_of(reader, content, folder)
        if failure:
            raise RuntimeError(failure.why)

    options = [
        sys.argv[0], str(corpus), f"-max_total_time={seconds}", f"-seed={seed}",
        "-print_final_stats=1", f"-runs={runs}",
        f"-max_len={reader.longest}", f"-timeout={HANGS_AFTER}", f"-rss_limit_mb={2 * MEGABYTES}",
        f"-artifact_prefix={corpus.parent / reader.name}-failed-",
    ]  # fmt: skip
    if reader.words:
        options.append(f"-dict={words}")
    for function in _parsing_functions():
        atheris.instrument_func(function)
    atheris.Setup(options, one)
    atheris.Fuzz()


def _parsing_functions() -> list[FunctionType]:
    """Loaded functions whose branches depend on the input, not those that only clean up."""
    return [
        function
        for function in gc.get_objects()
        if isinstance(function, FunctionType)
        and str(function.__module__).partition(".")[0] in _PARSING
    ]


def _escaped(word: bytes) -> str:
    return "".join(f"\\x{byte:02x}" for byte in word)


def main(arguments: Sequence[str]) -> int:
    """Attacks the readers; 1 if an input failed."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks fuzz",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("reader", nargs="*", choices=[*READERS, []], help="default: all of them")
    parser.add_argument("--seconds", type=int, default=60, help="for each reader (default: 60)")
    parser.add_argument(
        "--count", type=int, default=(1 << 31) - 1, help="inputs (default: no limit)"
    )
    parser.add_argument("--seed", type=int, default=1, help="(default: 1)")
    parser.add_argument("--corpus", type=Path, default=Path("fuzz"), help="(default: fuzz)")
    parser.add_argument("--coverage", action="store_true", help="let atheris find inputs")
    parser.add_argument("--list", action="store_true", help="list the readers")
    parser.add_argument("--input", type=Path, help="read this input once")
    chosen = parser.parse_args(arguments)
    readers = [READERS[name] for name in chosen.reader or READERS]
    if chosen.list:
        print("\n".join(reader.name for reader in readers))
        return 0
    if chosen.coverage:
        corpus = chosen.corpus / readers[0].name
        by_coverage(readers[0], chosen.seconds, chosen.count, chosen.seed, corpus)
    if chosen.input:
        with tempfile.TemporaryDirectory() as place, _home(Path(place)):
            failure = failure_of(readers[0], chosen.input.read_bytes(), Path(place))
        print(failure.why if failure else "All is well.")
        return 1 if failure else 0
    return max(_report(reader, chosen) for reader in readers)


def _report(reader: Reader, chosen: argparse.Namespace) -> int:
    begin = time.monotonic()
    number, failure = attack(reader, chosen.seed, chosen.count, chosen.seconds)
    seconds = time.monotonic() - begin
    print(
        f"{reader.name:18}{number:>10,} inputs {seconds:>8.1f} s  {'FAILED' if failure else 'ok'}"
    )
    if failure:
        chosen.corpus.mkdir(parents=True, exist_ok=True)
        path = chosen.corpus / f"{reader.name}-failed"
        path.write_bytes(failure.content)
        print(f"{failure.why}\nThe input is in {path}.")
    return 1 if failure else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
