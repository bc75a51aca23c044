import sys

import pytest

from mnist_studio.errors import UnknownName, UsageError
from mnist_studio.logs import formats
from mnist_studio.logs.formats import FORMATS, FormatEntry, live_formats, parse_formats
from mnist_studio.settings import TrainingLogs


def test_a_list_of_formats_is_read_in_its_order_without_repetitions() -> None:
    assert parse_formats("jsonl, csv,jsonl,", live=True) == ("jsonl", "csv")


def test_an_unknown_format_and_an_empty_list_are_refused() -> None:
    with pytest.raises(UnknownName, match="Did you mean jsonl"):
        parse_formats("json1", live=True)
    with pytest.raises(UsageError, match="tensorboard, csv, jsonl"):
        parse_formats(" , ", live=True)


def test_a_format_without_its_package_is_one_sentence_and_one_command(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    known = FORMATS["tensorboard"]
    absent = FormatEntry(known.name, known.title, "", known.open, "no_such_package", known.extra)
    monkeypatch.setattr(formats, "FORMATS", {**FORMATS, "tensorboard": absent})
    with pytest.raises(UsageError) as refused:
        parse_formats("csv,tensorboard", live=True)
    assert refused.value.problem == "TensorBoard is not installed."
    assert refused.value.remedy == "Install it with: pip install mnist-studio[tensorboard]"
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    assert absent.missing.endswith("does not include it. Choose CSV or JSON lines.")


def test_a_log_that_is_written_later_is_refused_while_a_run_trains() -> None:
    with pytest.raises(UsageError) as refused:
        parse_formats("csv,wandb", live=True)
    assert "of a run that has ended" in refused.value.problem
    assert refused.value.remedy.endswith("runs export ID DIR --log-format wandb")
    assert live_formats(TrainingLogs("logs", ("mlflow", "csv"))) == (FORMATS["csv"],)
