"""Datasets on the command line."""

import json
from argparse import Namespace
from collections.abc import Iterator
from pathlib import Path

import pytest

from mnist_studio.cli.commands import parse, run
from mnist_studio.cli.train import run_specs
from mnist_studio.data.datasets import own
from mnist_studio.errors import UnknownName
from mnist_studio.running.run_request import known_dataset
from mnist_studio.spec import datasets
from tests.data.datasets.made import picture_folder


@pytest.fixture(autouse=True)
def forgotten() -> Iterator[None]:
    yield
    datasets.hand_in(())


def execute(*words: str) -> int:
    return run(parse(words))


def described(*words: str) -> Namespace:
    return parse(("train", *words))


def test_a_folder_is_imported_listed_shown_renamed_deleted_and_restored(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = picture_folder(tmp_path / "My icons")
    (folder / "cross" / "bad.png").write_bytes(b"bad")
    assert execute("datasets", "import", str(folder)) == 0
    noted = capsys.readouterr().err
    assert "One file was left out. cross/bad.png" in noted
    assert 'mnist-studio train compact-cnn --dataset "own/My icons"' in noted
    assert execute("datasets", "--json") == 0
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [line["dataset"] for line in lines] == [*datasets.CATALOG, "own/My icons"]
    assert lines[-1]["classes"] == ["circle", "cross", "square"]
    assert execute("datasets", "show", "My icons") == 0
    assert "Checked: all files are complete." in capsys.readouterr().out
    assert execute("datasets", "import", str(folder)) == 2
    assert "already have a dataset called “My icons”" in capsys.readouterr().err
    assert execute("datasets", "rename", "My icons", "shapes") == 0
    assert execute("datasets", "delete", "shapes") == 0
    assert "mnist-studio datasets restore shapes" in capsys.readouterr().err
    assert execute("datasets", "restore", "shapes") == 0
    assert execute("datasets", "delete", "shapes") == 0
    assert execute("datasets", "empty-trash", "--yes") == 0
    assert execute("datasets", "show", "shapes") == 2


def test_what_cannot_be_imported_or_downloaded_says_why(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert execute("datasets", "import", str(tmp_path), "--name", "x") == 1
    assert "is empty" in capsys.readouterr().err
    assert execute("datasets", "import", str(tmp_path), "--name", "fashion-mnist") == 1
    assert "does not contain Fashion-MNIST" in capsys.readouterr().err
    assert execute("datasets", "download", "letters") == 2
    assert "“letters” cannot be downloaded" in capsys.readouterr().err
    assert execute("datasets", "import", str(tmp_path), "--name", "a/b") == 2
    assert execute("train", "tiny-10", "--dataset", "qmnist") == 1
    assert "QMNIST is not on this computer" in capsys.readouterr().err


def test_a_run_gets_the_classes_of_its_dataset_and_its_shares(tmp_path: Path) -> None:
    execute("datasets", "import", str(picture_folder(tmp_path / "icons")))
    own.load()
    arguments = described(
        "tiny-10", "--dataset", "icons", "--framework", "all", "--training-fraction", "0.5",
        "--set", "label_noise=0.2",
    )  # fmt: skip
    for spec in run_specs(arguments):
        assert spec.dataset == "own/icons"
        assert spec.class_names == ("circle", "cross", "square")
        assert (spec.training.training_fraction, spec.training.label_noise) == (0.5, 0.2)
    letters = run_specs(described("compact-cnn", "--dataset", "emnist-letters"))[0]
    assert len(letters.class_names) == 26
    with pytest.raises(UnknownName, match="no dataset called “fashon-mnist”") as caught:
        known_dataset("fashon-mnist")
    assert "Did you mean fashion-mnist?" in caught.value.remedy
