from pathlib import Path

import pytest
from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices
from pytestqt.qtbot import QtBot

from mnist_studio.gui.common.written_file import breakable, written
from mnist_studio.gui.services.studio import Studio


@pytest.mark.parametrize(
    ("name", "steps"),
    [
        ("report.html", ["Open", "Open folder"]),
        ("report.PDF", ["Open", "Open folder"]),
        ("script.py", ["Open folder"]),
        ("weights.npz", ["Open folder"]),
    ],
)
def test_only_files_that_are_looked_at_are_opened(
    studio: Studio, tmp_path: Path, name: str, steps: list[str]
) -> None:
    outcome = written(studio, "It is written", tmp_path / name)
    assert [step.text for step in outcome.steps] == steps
    assert [step.text for step in written(studio, "", tmp_path).steps] == ["Open folder"]


def test_file_and_folder_open_in_the_program_of_the_system(
    studio: Studio, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, qtbot: QtBot
) -> None:
    opened: list[str] = []

    def open_url(url: QUrl) -> bool:
        opened.append(url.toLocalFile())
        return url.toLocalFile() != str(file)

    monkeypatch.setattr(QDesktopServices, "openUrl", open_url)
    file = tmp_path / "a report.html"
    file.touch()
    show, folder = written(studio, "", file).steps
    folder.action()
    with qtbot.waitSignal(studio.message) as message:
        show.action()
    assert opened == [str(tmp_path), str(file)]
    assert message.args is not None
    no_program = f"The system has no program to open {file.name}. It is in {tmp_path}."
    assert message.args[0] == no_program
    file.unlink()
    with qtbot.waitSignal(studio.message) as message:
        show.action()
    assert message.args[0] == f"{file} does not exist any more. Write it again."
    assert len(opened) == 2


def test_long_path_can_be_wrapped() -> None:
    path = Path("home") / "me" / "report.html"
    assert breakable(path).replace("\u200b", "") == str(path)
    assert breakable(path).count("\u200b") == 2
