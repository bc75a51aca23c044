import io
import json
import sys
from dataclasses import dataclass

import pytest

from mnist_studio.cli import output
from mnist_studio.errors import OutputError

HOSTILE = "a\x1b]0;owned\x07b\r\nc\u202ed\ud800"


@dataclass(frozen=True)
class Line:
    path: str


def test_a_file_name_that_is_no_text_is_read_back_from_json(
    capfdbinary: pytest.CaptureFixture[bytes],
) -> None:
    output.json_line(Line("h\udcff/家"))
    written = capfdbinary.readouterr().out
    assert json.loads(written.decode("utf-8")) == {"path": "h\udcff/家"}


def test_json_needs_no_binary_stream(monkeypatch: pytest.MonkeyPatch) -> None:
    stream = io.StringIO()
    monkeypatch.setattr(sys, "stdout", stream)
    output.json_line(Line("家"))
    assert stream.getvalue() == '{"path":"家"}\n'


def test_no_text_commands_the_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    output.line(HOSTILE)
    output.table(("Title",), [(HOSTILE,)])
    output.note(HOSTILE)
    output.error(HOSTILE)
    said = capsys.readouterr()
    for text in (said.out, said.err):
        assert all(character.isprintable() or character == "\n" for character in text)
    assert "a\ufffd]0;owned\ufffdb c\ufffdd\ufffd" in said.out  # In one cell.


def test_lines_keep_their_ends_and_their_order(capfd: pytest.CaptureFixture[str]) -> None:
    output.line("one\ntwo")
    output.json_line(Line("three"))
    output.block("four\n")
    assert capfd.readouterr().out == 'one\ntwo\n{"path":"three"}\nfour\n'


@pytest.mark.parametrize(
    ("cause", "closed"), [(BrokenPipeError(32, "Broken pipe"), True), (OSError(28, "full"), False)]
)
def test_a_stream_that_cannot_be_written_is_an_error_of_its_own(
    monkeypatch: pytest.MonkeyPatch, cause: OSError, closed: bool
) -> None:
    class Full(io.StringIO):
        def flush(self) -> None:
            raise cause

    monkeypatch.setattr(sys, "stdout", Full())
    with pytest.raises(OutputError, match="could not be written") as caught:
        output.line("text")
    assert caught.value.closed == closed
    output.give_up()


def test_quiet_leaves_out_notes_but_no_errors(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(output, "quiet", True)
    output.note("a note")
    output.error("an error")
    assert capsys.readouterr().err == "mnist-studio: an error\n"


@pytest.mark.parametrize("columns", [40, 80])
def test_a_row_is_a_block_of_lines_in_a_narrow_terminal(
    columns: int, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", str(columns))
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    output.table(("Run", "Network", "Note"), [("a1", "mlp-128", ""), ("b2", "lenet", "good")])
    narrow = "Run: a1\nNetwork: mlp-128\n\nRun: b2\nNetwork: lenet\nNote: good\n\n"
    assert (capsys.readouterr().out == narrow) == (columns == 40)


def test_lines_end_between_words_in_a_narrow_terminal(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    command = "mnist-studio environments pytorch --install"
    text = f"PyTorch is not installed, and its accuracy was 99.31 %. Install it with: {command}"
    monkeypatch.setenv("COLUMNS", "40")
    output.line(text)
    assert capsys.readouterr().out == f"{text}\n"  # A file has no width.
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    output.line(text)
    lines = capsys.readouterr().out.splitlines()
    assert " ".join(line.strip() for line in lines) == text
    assert lines[-1].strip() == command  # To be copied as one line.
    assert all(len(line) <= 40 for line in lines[:-1])
    assert any("99.31 %" in line for line in lines)
