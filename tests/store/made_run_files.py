"""Run files for tests, and why a changed one is refused."""

import hashlib
import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from mnist_studio import paths
from mnist_studio.errors import StoreError
from mnist_studio.spec.recipes import RECIPES, run_spec
from mnist_studio.store import run_file
from mnist_studio.store.run_import import opened
from mnist_studio.store.runs import RunStore
from tests.store.made_runs import made_run


def good_file(folder: Path) -> Path:
    """A run file of one run, in a folder that also gets the home of its store."""
    path = folder / "good.mnistrun"
    with RunStore(folder / "home") as store:
        run = made_run(store, run_spec(RECIPES["featherweight"]))
        run_file.write(path, store.portable([run.id]))
    return path


def contents(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def written(path: Path, files: dict[str, bytes], listed: bool = True) -> Path:
    """A zip of these files, with a manifest that lists all of them as they are."""
    if listed and run_file.MANIFEST in files:
        manifest = json.loads(files[run_file.MANIFEST])
        manifest["files"] = {
            name: {"size": len(content), "sha256": hashlib.sha256(content).hexdigest()}
            for name, content in files.items()
            if name != run_file.MANIFEST
        }
        files[run_file.MANIFEST] = json.dumps(manifest).encode()
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return path


def refusal(path: Path) -> str:
    """Why a file is refused; nothing of it stays."""
    with pytest.raises(StoreError) as caught, opened(path):
        pass
    assert caught.value.remedy
    runs = paths.runs()
    assert list(runs.iterdir()) == []
    return caught.value.problem


def in_record(files: dict[str, bytes], change: Callable[[dict[str, Any]], object]) -> None:
    (name,) = (each for each in files if each.endswith("record.json"))
    record = json.loads(files[name])
    change(record)
    files[name] = json.dumps(record).encode()


def why(path: Path) -> tuple[str, str]:
    """Problem and remedy of a refused file, without its name."""
    with pytest.raises(StoreError) as caught, opened(path):
        pass
    return caught.value.problem.removeprefix(f"{path.name} cannot be imported: "), (
        caught.value.remedy
    )
