"""The user's own digits: labeled with a key, shown, changed, shared, and models scored on them."""

from functools import partial
from pathlib import Path

import numpy as np
import pytest
from msgspec.structs import replace
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from mnist_studio.data.ink.rendering import InkPoint
from mnist_studio.data.own_images import of_ink, of_picture
from mnist_studio.errors import DataError
from mnist_studio.gui.app.window import MainWindow
from mnist_studio.gui.draw.canvas import INVITATION
from mnist_studio.gui.draw.own_images_panel import OwnImagesPanel
from mnist_studio.gui.draw.page import DrawPage
from mnist_studio.gui.services.studio import Studio
from mnist_studio.running.job import TrainingJob
from mnist_studio.spec.recipes import RECIPES, run_spec
from mnist_studio.store.own_images import OwnImages
from tests.store.example_own_images import written


def drawn(studio: Studio, lean: float = 0.0) -> None:
    studio.drawing.begin(InkPoint(0.5 + lean, 0.1))
    studio.drawing.extend((InkPoint(0.5, 0.5), InkPoint(0.5 - lean, 0.9)))
    studio.drawing.finish()


def labels(studio: Studio) -> list[int]:
    return [one.label for one in studio.own_images.digits]


@pytest.fixture
def page(window: MainWindow) -> DrawPage:
    window.go("draw")
    page = window.page("draw")
    assert isinstance(page, DrawPage)
    return page


def test_a_key_keeps_the_drawing_and_backspace_takes_that_back(
    page: DrawPage, qtbot: QtBot
) -> None:
    studio = page.studio
    drawn(studio)
    with qtbot.waitSignal(studio.own_images.kept):
        QTest.keyClick(page.pad, Qt.Key.Key_7)
    (digit,) = studio.own_images.digits
    assert (digit.label, len(digit.ink[0]), digit.pen) == (7, 3, studio.drawing.tools.pen)
    assert studio.drawing.blank
    assert page.pad.words == "Kept as a 7: one digit of your own now.\nBackspace takes it back."
    with qtbot.waitSignal(studio.own_images.told):
        QTest.keyClick(page.pad, Qt.Key.Key_Backspace)
    assert labels(studio) == []
    assert len(studio.drawing.ink) == 1
    assert not studio.own_images.can_undo


def test_what_was_done_stands_on_the_pad_until_something_is_drawn(
    page: DrawPage, qtbot: QtBot
) -> None:
    studio = page.studio
    drawn(studio)
    assert not page.labels.undo_button.isVisible()
    with qtbot.waitSignal(studio.own_images.kept):
        QTest.keyClick(page.pad, Qt.Key.Key_7)
    assert page.labels.undo_button.isVisible()
    drawn(studio)
    assert page.pad.words == INVITATION
    assert not page.labels.undo_button.isVisible()
    # Where the pad has no room for words they stand beside it.
    words = "One digit labeled as 1."
    with qtbot.waitSignal(studio.told, check_params_cb=lambda text, kind: text == words):
        studio.own_images.relabel([studio.own_images.digits[0].key], 1)


def test_a_digit_kept_while_the_next_is_drawn_neither_moves_the_pad_nor_tells(
    page: DrawPage, qtbot: QtBot
) -> None:
    studio = page.studio
    drawn(studio)
    place = page.pad.mapTo(page, page.pad.rect().topLeft())
    with qtbot.waitSignal(studio.own_images.kept):
        QTest.keyClick(page.pad, Qt.Key.Key_7)
        drawn(studio)
    assert labels(studio) == [7]
    assert not studio.drawing.blank
    assert "Kept" not in page.notice.text
    page.notice.tell("A sentence", "bad")
    qtbot.wait(1)
    assert page.pad.mapTo(page, page.pad.rect().topLeft()) == place


def test_the_pad_has_most_of_the_room_of_a_small_window(window: MainWindow, qtbot: QtBot) -> None:
    window.resize(1280, 720)
    window.go("draw")
    window.show()
    page = window.page("draw")
    assert isinstance(page, DrawPage)
    qtbot.waitUntil(lambda: min(page.pad.width(), page.pad.height()) >= 300)


def test_a_drawing_that_is_kept_already_is_relabeled_and_a_blank_pad_told(
    page: DrawPage, qtbot: QtBot
) -> None:
    studio = page.studio
    QTest.keyClick(page.pad, Qt.Key.Key_3)
    assert "blank" in page.pad.words
    for key in (Qt.Key.Key_1, Qt.Key.Key_1, Qt.Key.Key_4):
        drawn(studio)
        with qtbot.waitSignal(studio.own_images.kept):
            QTest.keyClick(page.pad, key)
    assert labels(studio) == [4]
    with qtbot.waitSignal(studio.own_images.told):
        page.labels.undo_button.click()
    assert labels(studio) == [1]


def test_an_opened_picture_is_kept_by_a_click(page: DrawPage, qtbot: QtBot) -> None:
    studio = page.studio
    studio.drawing.open(written(5).image)
    with qtbot.waitSignal(studio.own_images.kept):
        page.labels.buttons[1].click()
    (digit,) = studio.own_images.digits
    assert (digit.picture, digit.ink) == (written(5).image.tobytes(), ())


def test_a_number_is_kept_as_one_digit_only_when_that_is_wished_twice(
    page: DrawPage, qtbot: QtBot
) -> None:
    studio = page.studio
    for x in (0.3, 0.7):
        studio.drawing.begin(InkPoint(x, 0.2))
        studio.drawing.extend((InkPoint(x, 0.8),))
        studio.drawing.finish()
    qtbot.waitUntil(lambda: len(studio.drawing.images) == 2)
    QTest.keyClick(page.pad, Qt.Key.Key_7)
    assert page.notice.text == "This reads as two digits. Press 7 again to keep it as one."
    assert page.notice.property("kind") == "plain"
    assert not studio.drawing.blank
    with qtbot.waitSignal(studio.own_images.kept):
        QTest.keyClick(page.pad, Qt.Key.Key_7)
    assert labels(studio) == [7]
    # Without the studio's models something else may have been told meanwhile.
    assert page.notice.isHidden() or "reads as" not in page.notice.text


def test_a_picture_of_several_digits_is_not_kept(page: DrawPage, qtbot: QtBot) -> None:
    drawing = page.studio.drawing
    drawing.open(np.hstack([written(5).image, written(6).image]))
    qtbot.waitUntil(lambda: len(drawing.images) == 2)
    for _ in range(2):
        QTest.keyClick(page.pad, Qt.Key.Key_7)
    assert "open a picture of one" in page.notice.text
    assert not drawing.blank


def test_what_the_store_refuses_is_not_told_later(page: DrawPage, qtbot: QtBot) -> None:
    studio = page.studio
    told: list[str] = []
    studio.own_images.told.connect(told.append)
    refused = DataError("No.", "Make room.")

    def refuse(*arguments: object) -> None:
        raise refused

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(OwnImages, "change", refuse)
        drawn(studio)
        with qtbot.waitSignal(studio.library.failed) as failed:
            QTest.keyClick(page.pad, Qt.Key.Key_7)
    assert failed.args == [refused]
    assert not studio.own_images.can_undo
    with (
        qtbot.waitSignal(studio.own_images.changed),
        qtbot.assertNotEmitted(studio.own_images.kept),
    ):
        studio.library.ask(lambda store: store.own_images.keep([written(1)]))


def panel_of(page: DrawPage) -> OwnImagesPanel:
    page.tabs.show_panel("personal")
    panel = page.tabs.panel("personal")
    assert isinstance(panel, OwnImagesPanel)
    return panel


def test_chosen_digits_are_relabeled_and_deleted_and_that_is_undone(
    page: DrawPage, qtbot: QtBot
) -> None:
    studio, panel = page.studio, panel_of(page)
    studio.library.ask(lambda store: store.own_images.keep([written(n) for n in range(3)]))
    qtbot.waitUntil(lambda: len(studio.own_images.digits) == 3)
    gallery = panel.gallery
    place = gallery.place_of(written(1).key).center().toPoint()
    QTest.mouseClick(gallery, Qt.MouseButton.LeftButton, pos=place)
    assert gallery.keys == (written(1).key,)
    with qtbot.waitSignal(studio.own_images.told):
        QTest.keyClick(gallery, Qt.Key.Key_9)
    assert labels(studio) == [1, 9, 1]
    QTest.keyClick(gallery, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    with qtbot.waitSignal(studio.own_images.told) as told:
        panel.delete_button.click()
    assert told.args == ["Three digits deleted."]
    assert labels(studio) == []
    assert panel.gallery.keys == ()
    with qtbot.waitSignal(studio.own_images.told):
        studio.own_images.undo()
    assert labels(studio) == [1, 9, 1]


def test_a_kept_digit_lies_on_the_pad_again_as_it_was_drawn(page: DrawPage, qtbot: QtBot) -> None:
    studio, panel = page.studio, panel_of(page)
    thin = of_ink(((InkPoint(0.5, 0.1), InkPoint(0.5, 0.9)),), 1, 0.0, 0.03)
    seen = of_picture(written(2).image, 8, 1.0)
    studio.library.ask(lambda store: store.own_images.keep([thin, seen]))
    qtbot.waitUntil(lambda: len(studio.own_images.digits) == 2)
    gallery, drawing, left = panel.gallery, studio.drawing, Qt.MouseButton.LeftButton
    QTest.mouseDClick(gallery, left, pos=gallery.place_of(thin.key).center().toPoint())
    assert drawing.ink == thin.ink
    assert drawing.tools.pen == thin.pen
    qtbot.waitUntil(lambda: len(drawing.images) == 1)
    assert np.array_equal(drawing.images[0], thin.image)
    QTest.mouseClick(gallery, left, pos=gallery.place_of(seen.key).center().toPoint())
    QTest.keyClick(gallery, Qt.Key.Key_Return)
    assert drawing.sheet.title == "Your own digit: an 8"
    drawing.history.undo()
    assert drawing.ink == thin.ink


def test_arrows_and_shift_choose_in_the_order_of_labels(page: DrawPage, qtbot: QtBot) -> None:
    studio, panel = page.studio, panel_of(page)
    digits = [written(0, 5), written(1, 2), written(2, 5), written(3, 8)]
    studio.library.ask(lambda store: store.own_images.keep(digits))
    qtbot.waitUntil(lambda: len(studio.own_images.digits) == 4)
    gallery = panel.gallery
    for _ in range(2):
        QTest.keyClick(gallery, Qt.Key.Key_Right)
    assert list(gallery.keys) == [written(0).key]
    shift, left = Qt.KeyboardModifier.ShiftModifier, Qt.MouseButton.LeftButton
    place = gallery.place_of(written(3).key).center().toPoint()
    QTest.mouseClick(gallery, left, shift, place)
    assert gallery.keys == tuple(written(n).key for n in (0, 2, 3))
    QTest.mouseClick(gallery, left, pos=QPoint(2, 2))
    assert gallery.keys == ()


def test_digits_go_to_a_file_and_come_back_once(
    page: DrawPage, qtbot: QtBot, tmp_path: Path
) -> None:
    studio = page.studio
    studio.library.ask(lambda store: store.own_images.keep([written(1), written(2)]))
    qtbot.waitUntil(lambda: len(studio.own_images.digits) == 2)
    with qtbot.waitSignal(studio.own_images.told):
        studio.own_images.export_to(tmp_path / "mine.json")
    with qtbot.waitSignal(studio.own_images.told):
        studio.own_images.delete([written(1).key])
    with qtbot.waitSignal(studio.own_images.told) as told:
        studio.own_images.import_from(tmp_path / "mine.json")
    assert told.args == ["One digit imported, 1 were here already."]
    (tmp_path / "bad.json").write_bytes(b"no")
    with qtbot.waitSignal(studio.own_images.failed):
        studio.own_images.import_from(tmp_path / "bad.json")


def test_models_are_scored_while_the_panel_is_looked_at(page: DrawPage, qtbot: QtBot) -> None:
    spec = run_spec(RECIPES["tiny-10"])
    training = replace(spec.training, epochs=1)
    spec = replace(spec, training=training, dataset="builtin", framework="numpy", threads=1)
    (*_, end) = TrainingJob(spec).events()
    studio = page.studio
    studio.library.ask(lambda store: store.own_images.keep([written(n) for n in range(4)]))
    studio.library.refresh()
    qtbot.waitUntil(lambda: len(studio.own_images.digits) == 4)
    assert not studio.scores.by_run
    panel = panel_of(page)
    qtbot.waitUntil(lambda: end.run in studio.scores.by_run, timeout=20_000)
    score = studio.scores.by_run[end.run]
    assert score.accuracy is not None
    assert score.accuracy.count == 4
    qtbot.waitUntil(lambda: not studio.scores.busy)
    shown = [panel.model.index(0, column).data() for column in range(4)]
    assert shown[1].endswith("%")
    assert shown[3] == "4"
    # A digit more is counted as soon as it is there.
    drawn(studio, 0.2)
    QTest.keyClick(page.pad, Qt.Key.Key_1)
    qtbot.waitUntil(lambda: panel.model.index(0, 3).data() == "5", timeout=20_000)
    page.tabs.show_panel("answers")
    qtbot.waitUntil(lambda: not studio.scores.busy, timeout=20_000)


def test_in_a_small_window_names_of_models_come_before_the_interval(
    page: DrawPage, window: MainWindow, qtbot: QtBot
) -> None:
    page.studio.library.ask(lambda store: store.own_images.keep([written(1)]))
    table = panel_of(page).table

    def is_shown(wanted: bool) -> bool:
        return table.isColumnHidden(2) != wanted

    for wide, shown in ((1024, False), (1600, True), (1024, False)):
        window.resize(wide, 700)
        qtbot.waitUntil(partial(is_shown, shown))


def test_the_digits_of_the_moment_get_a_name(page: DrawPage, qtbot: QtBot) -> None:
    studio, names = page.studio, list[str]()
    with qtbot.waitSignal(studio.own_images.failed):
        studio.own_images.freeze(names.append)
    studio.library.ask(lambda store: store.own_images.keep([written(1)]))
    qtbot.waitUntil(lambda: len(studio.own_images.digits) == 1)
    studio.own_images.freeze(names.append)
    qtbot.waitUntil(lambda: len(names) == 1)
    assert len(names[0]) == 32
