import pytest

from mnist_studio.errors import UnknownName, UsageError
from mnist_studio.logs import formats
from mnist_studio.logs.formats import FORMATS, FormatEntry, parse_formats


def test_a_list_of_formats_is_read_in_its_order_without_repetitions() -> None:
    assert parse_formats("jsonl, csv,jsonl,") == ("jsonl", "csv")


def test_an_unknown_format_and_an_empty_list_are_refused() -> None:
    with pytest.raises(UnknownName, match="Did you mean jsonl"):
        parse_formats("json1")
    with pytest.raises(UsageError, match="Choose from: tensorboard, csv, jsonl"):
        parse_formats(" , ")


def test_a_format_without_its_package_is_one_sentence_and_one_command(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    known = FORMATS["tensorboard"]
    absent = FormatEntry(known.name, known.title, "", known.open, "no_such_package", known.extra)
    monkeypatch.setattr(formats, "FORMATS", {**FORMATS, "tensorboard": absent})
    with pytest.raises(UsageError) as refused:
        parse_formats("csv,tensorboard")
    assert refused.value.problem == "TensorBoard is not installed."
    assert refused.value.remedy == "Install it with: pip install mnist-studio[tensorboard]"
