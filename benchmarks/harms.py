"""Damage to stored data: bytes and rows that change, are cut off, or are deleted."""

import random
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from mnist_studio import paths

HOSTILE: tuple[object, ...] = (
    None, b"", b"\xff\xfe", b"\0" * 100, "", "../../victim", "\0", "{", "[" * 100_000, "NaN",
    -1, 0, 77, 2**62, 1e300, -1e300, 0.5, "x" * 1_000_000, "\x1b[2J", "=1+1", "\u202e",
)  # fmt: skip
TABLES = ("runs", "epochs", "experiments", "members", "own_images", "unwritten")
UNSEALED = ("label", "created", "pen", "picture", "strokes")
"""Columns of labeled images whose valid values nothing else confirms."""
Harm = Callable[[Path, random.Random], str]


def _files(home: Path) -> list[Path]:
    """Every file of a home that has content."""
    found = (path for path in home.rglob("*") if path.is_file() and path.stat().st_size)
    return sorted(path for path in found if path.name != "rebuild.lock")


def _flip(home: Path, chance: random.Random) -> str:
    path = chance.choice(_files(home))
    content = bytearray(path.read_bytes())
    for _ in range(chance.choice((1, 1, 1, 8))):
        content[chance.randrange(len(content))] ^= 1 << chance.randrange(8)
    path.write_bytes(content)
    return path.name


def _flip_database(home: Path, chance: random.Random) -> str:
    path = paths.database(home)
    content = bytearray(path.read_bytes())
    content[chance.randrange(len(content))] ^= 1 << chance.randrange(8)
    path.write_bytes(content)
    return path.name


def _cut(home: Path, chance: random.Random) -> str:
    path = chance.choice(_files(home))
    content = path.read_bytes()
    path.write_bytes(content[: chance.choice((0, chance.randrange(len(content))))])
    return path.name


def _zero(home: Path, chance: random.Random) -> str:
    path = chance.choice((chance.choice(_files(home)), paths.database(home)))
    content = bytearray(path.read_bytes())
    size = chance.choice((16, 512, 4096))
    begin = chance.randrange(0, len(content), size) if len(content) > size else 0
    content[begin : begin + size] = bytes(len(content[begin : begin + size]))
    path.write_bytes(content)
    return path.name


def _delete(home: Path, chance: random.Random) -> str:
    path = chance.choice(_files(home))
    path.unlink()
    return path.name


def _append(home: Path, chance: random.Random) -> str:
    path = chance.choice(_files(home))
    with path.open("ab") as file:
        file.write(chance.randbytes(chance.choice((1, 8, 5000))))
    return path.name


def _cell(home: Path, chance: random.Random) -> str:
    """Puts a hostile value into one cell; a refused value leaves the cell as it was."""
    table = chance.choice(TABLES)
    with closing(sqlite3.connect(paths.database(home), isolation_level=None)) as connection:
        columns = [name for _, name, *_ in connection.execute(f"PRAGMA table_info({table})")]
        column, value = chance.choice(columns), chance.choice(HOSTILE)
        how = chance.choice(("?", "CAST(? AS TEXT)", "CAST(? AS BLOB)"))
        try:
            connection.execute(
                f"UPDATE {table} SET {column} = {how} WHERE rowid = "
                f"(SELECT rowid FROM {table} ORDER BY random() LIMIT 1)", (value,)
            )  # fmt: skip
        except sqlite3.Error:
            return f"{table}.{column} refused"
    return f"{table}.{column} = {value!r:.20}"


HARMS: tuple[tuple[str, Harm], ...] = (
    ("bit", _flip),
    ("database bit", _flip_database),
    ("cut", _cut),
    ("zeros", _zero),
    ("deletion", _delete),
    ("more bytes", _append),
    ("cell", _cell),
    ("cell", _cell),
)
