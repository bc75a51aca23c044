"""The user's own images: labeled with a key, shown, changed, shared, and models scored on them."""

from collections.abc import Callable
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


def test_a_key_saves_the_drawing_and_backspace_undoes_that(page: DrawPage, qtbot: QtBot) -> None:
    studio = page.studio
    drawn(studio)
    with qtbot.waitSignal(studio.own_images.saved):
        QTest.keyClick(page.canvas, Qt.Key.Key_7)
    (digit,) = studio.own_images.digits
    assert (digit.label, len(digit.ink[0]), digit.pen) == (7, 3, studio.drawing.tools.pen)
    assert studio.drawing.blank
    assert page.canvas.message == "Saved as a 7. You have one image now.\nPress Backspace to undo."
    with qtbot.waitSignal(studio.own_images.message):
        QTest.keyClick(page.canvas, Qt.Key.Key_Backspace)
    assert labels(studio) == []
    assert len(studio.drawing.ink) == 1
    assert not studio.own_images.can_undo


def test_a_message_is_on_the_canvas_until_something_is_drawn(page: DrawPage, qtbot: QtBot) -> None:
    studio = page.studio
    drawn(studio)
    assert not page.label_bar.undo_button.isVisible()
    with qtbot.waitSignal(studio.own_images.saved):
        QTest.keyClick(page.canvas, Qt.Key.Key_7)
    assert page.label_bar.undo_button.isVisible()
    drawn(studio)
    assert page.canvas.message == INVITATION
    assert not page.label_bar.undo_button.isVisible()
    # While something is drawn, messages are over the page.
    words = "One image labeled as 1."
    with qtbot.waitSignal(studio.message, check_params_cb=lambda text, kind: text == words):
        studio.own_images.relabel([studio.own_images.digits[0].key], 1)


def test_saving_while_the_next_digit_is_drawn_shows_no_message(
    page: DrawPage, qtbot: QtBot
) -> None:
    studio = page.studio
    drawn(studio)
    place = page.canvas.mapTo(page, page.canvas.rect().topLeft())
    with qtbot.waitSignal(studio.own_images.saved):
        QTest.keyClick(page.canvas, Qt.Key.Key_7)
        drawn(studio)
    assert labels(studio) == [7]
    assert not studio.drawing.blank
    assert "Kept" not in page.notice.text
    page.notice.show_message("A sentence", "bad")
    qtbot.wait(1)
    assert page.canvas.mapTo(page, page.canvas.rect().topLeft()) == place


def test_the_canvas_is_large_in_a_small_window(window: MainWindow, qtbot: QtBot) -> None:
    window.resize(1280, 720)
    window.go("draw")
    window.show()
    page = window.page("draw")
    assert isinstance(page, DrawPage)
    qtbot.waitUntil(lambda: min(page.canvas.width(), page.canvas.height()) >= 300)


def test_a_saved_drawing_is_relabeled_and_a_blank_canvas_reported(
    page: DrawPage, qtbot: QtBot
) -> None:
    studio = page.studio
    QTest.keyClick(page.canvas, Qt.Key.Key_3)
    assert "blank" in page.canvas.message
    for key in (Qt.Key.Key_1, Qt.Key.Key_1, Qt.Key.Key_4):
        drawn(studio)
        with qtbot.waitSignal(studio.own_images.saved):
            QTest.keyClick(page.canvas, key)
    assert labels(studio) == [4]
    with qtbot.waitSignal(studio.own_images.message):
        page.label_bar.undo_button.click()
    assert labels(studio) == [1]


def test_an_opened_image_is_saved_by_a_click(page: DrawPage, qtbot: QtBot) -> None:
    studio = page.studio
    studio.drawing.open(written(5).image)
    with qtbot.waitSignal(studio.own_images.saved):
        page.label_bar.buttons[1].click()
    (digit,) = studio.own_images.digits
    assert (digit.picture, digit.ink) == (written(5).image.tobytes(), ())


def test_a_number_is_saved_as_one_digit_after_a_confirmation(page: DrawPage, qtbot: QtBot) -> None:
    studio = page.studio
    for x in (0.3, 0.7):
        studio.drawing.begin(InkPoint(x, 0.2))
        studio.drawing.extend((InkPoint(x, 0.8),))
        studio.drawing.finish()
    qtbot.waitUntil(lambda: len(studio.drawing.images) == 2)
    QTest.keyClick(page.canvas, Qt.Key.Key_7)
    assert page.notice.text == "The drawing has two digits. Press 7 again to save it as one."
    assert page.notice.property("kind") == "plain"
    assert not studio.drawing.blank
    with qtbot.waitSignal(studio.own_images.saved):
        QTest.keyClick(page.canvas, Qt.Key.Key_7)
    assert labels(studio) == [7]
    # Without the bundled models, there may be another message by now.
    assert page.notice.isHidden() or "Press 7" not in page.notice.text


def test_an_image_of_several_digits_is_not_saved(page: DrawPage, qtbot: QtBot) -> None:
    drawing = page.studio.drawing
    drawing.open(np.hstack([written(5).image, written(6).image]))
    qtbot.waitUntil(lambda: len(drawing.images) == 2)
    for _ in range(2):
        QTest.keyClick(page.canvas, Qt.Key.Key_7)
    assert "Open an image of one digit" in page.notice.text
    assert not drawing.blank


def test_a_change_that_fails_shows_no_message_later(page: DrawPage, qtbot: QtBot) -> None:
    studio = page.studio
    told: list[str] = []
    studio.own_images.message.connect(told.append)
    refused = DataError("No.", "Make room.")

    def refuse(*arguments: object) -> None:
        raise refused

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(OwnImages, "change", refuse)
        drawn(studio)
        with qtbot.waitSignal(studio.library.failed) as failed:
            QTest.keyClick(page.canvas, Qt.Key.Key_7)
    assert failed.args == [refused]
    assert not studio.own_images.can_undo
    with (
        qtbot.waitSignal(studio.own_images.changed),
        qtbot.assertNotEmitted(studio.own_images.saved),
    ):
        studio.library.submit(lambda store: store.own_images.add([written(1)]))


def panel_of(page: DrawPage) -> OwnImagesPanel:
    page.tabs.show_panel("own_images")
    panel = page.tabs.panel("own_images")
    assert isinstance(panel, OwnImagesPanel)
    return panel


def test_selected_images_are_relabeled_and_deleted_and_restored(
    page: DrawPage, qtbot: QtBot
) -> None:
    studio, panel = page.studio, panel_of(page)
    studio.library.submit(lambda store: store.own_images.add([written(n) for n in range(3)]))
    qtbot.waitUntil(lambda: len(studio.own_images.digits) == 3)
    gallery = panel.gallery
    place = gallery.place_of(written(1).key).center().toPoint()
    QTest.mouseClick(gallery, Qt.MouseButton.LeftButton, pos=place)
    assert gallery.keys == (written(1).key,)
    with qtbot.waitSignal(studio.own_images.message):
        QTest.keyClick(gallery, Qt.Key.Key_9)
    assert labels(studio) == [1, 9, 1]
    QTest.keyClick(gallery, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    offered: list[tuple[str, Callable[[], None]]] = []
    studio.undo_offered.connect(lambda text, undo: offered.append((text, undo)))
    with qtbot.waitSignal(studio.own_images.message) as told:
        panel.delete_button.click()
    assert told.args == ["Three images deleted."]
    ((text, undo),) = offered
    assert text == "Three images deleted."
    assert labels(studio) == []
    assert panel.gallery.keys == ()
    with qtbot.waitSignal(studio.own_images.message):
        undo()
    assert labels(studio) == [1, 9, 1]
    undo()
    assert not studio.own_images.can_undo


def test_a_saved_image_is_opened_as_it_was_drawn(page: DrawPage, qtbot: QtBot) -> None:
    studio, panel = page.studio, panel_of(page)
    thin = of_ink(((InkPoint(0.5, 0.1), InkPoint(0.5, 0.9)),), 1, 0.0, 0.03)
    seen = of_picture(written(2).image, 8, 1.0)
    studio.library.submit(lambda store: store.own_images.add([thin, seen]))
    qtbot.waitUntil(lambda: len(studio.own_images.digits) == 2)
    gallery, drawing, left = panel.gallery, studio.drawing, Qt.MouseButton.LeftButton
    QTest.mouseDClick(gallery, left, pos=gallery.place_of(thin.key).center().toPoint())
    assert drawing.ink == thin.ink
    assert drawing.tools.pen == thin.pen
    qtbot.waitUntil(lambda: len(drawing.images) == 1)
    assert np.array_equal(drawing.images[0], thin.image)
    QTest.mouseClick(gallery, left, pos=gallery.place_of(seen.key).center().toPoint())
    QTest.keyClick(gallery, Qt.Key.Key_Return)
    assert drawing.sheet.title == "Your own image: an 8"
    drawing.history.undo()
    assert drawing.ink == thin.ink


def test_arrows_and_shift_select_in_the_order_of_labels(page: DrawPage, qtbot: QtBot) -> None:
    studio, panel = page.studio, panel_of(page)
    digits = [written(0, 5), written(1, 2), written(2, 5), written(3, 8)]
    studio.library.submit(lambda store: store.own_images.add(digits))
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


def test_images_are_exported_and_imported_once(
    page: DrawPage, qtbot: QtBot, tmp_path: Path
) -> None:
    studio = page.studio
    studio.library.submit(lambda store: store.own_images.add([written(1), written(2)]))
    qtbot.waitUntil(lambda: len(studio.own_images.digits) == 2)
    with qtbot.waitSignal(studio.own_images.message):
        studio.own_images.export_to(tmp_path / "mine.json")
    with qtbot.waitSignal(studio.own_images.message):
        studio.own_images.delete([written(1).key])
    with qtbot.waitSignal(studio.own_images.message) as told:
        studio.own_images.import_from(tmp_path / "mine.json")
    assert told.args == ["One image imported, 1 skipped (already saved)."]
    (tmp_path / "bad.json").write_bytes(b"no")
    with qtbot.waitSignal(studio.own_images.failed):
        studio.own_images.import_from(tmp_path / "bad.json")


def test_models_are_scored_while_the_panel_is_visible(page: DrawPage, qtbot: QtBot) -> None:
    spec = run_spec(RECIPES["tiny-10"])
    training = replace(spec.training, epochs=1)
    spec = replace(spec, training=training, dataset="builtin", framework="numpy", threads=1)
    (*_, end) = TrainingJob(spec).events()
    studio = page.studio
    studio.library.submit(lambda store: store.own_images.add([written(n) for n in range(4)]))
    studio.library.refresh()
    qtbot.waitUntil(lambda: len(studio.own_images.digits) == 4)
    assert not studio.own_image_scores.by_run
    panel = panel_of(page)
    qtbot.waitUntil(lambda: end.run in studio.own_image_scores.by_run, timeout=30_000)
    score = studio.own_image_scores.by_run[end.run]
    assert score.accuracy is not None
    assert score.accuracy.count == 4
    qtbot.waitUntil(lambda: not studio.own_image_scores.busy)
    shown = [panel.model.index(0, column).data() for column in range(4)]
    assert shown[1].endswith("%")
    assert shown[3] == "4"
    # A digit more is counted as soon as it is there.
    drawn(studio, 0.2)
    QTest.keyClick(page.canvas, Qt.Key.Key_1)
    qtbot.waitUntil(lambda: panel.model.index(0, 3).data() == "5", timeout=30_000)
    page.tabs.show_panel("predictions")
    qtbot.waitUntil(lambda: not studio.own_image_scores.busy, timeout=30_000)


def test_a_small_window_hides_what_the_tooltip_of_the_accuracy_has(
    page: DrawPage, window: MainWindow, qtbot: QtBot
) -> None:
    page.studio.library.submit(lambda store: store.own_images.add([written(1)]))
    table = panel_of(page).table

    def is_shown(wanted: bool) -> bool:
        return table.isColumnHidden(2) != wanted

    for wide, shown in ((1024, False), (1600, True), (1024, False)):
        window.resize(wide, 700)
        qtbot.waitUntil(partial(is_shown, shown))
        hidden = [column for column in range(4) if table.isColumnHidden(column)]
        assert hidden == ([] if shown else [2, 3])


def test_the_present_images_get_a_fingerprint(page: DrawPage, qtbot: QtBot) -> None:
    studio, names = page.studio, list[str]()
    with qtbot.waitSignal(studio.own_images.failed):
        studio.own_images.freeze(names.append)
    studio.library.submit(lambda store: store.own_images.add([written(1)]))
    qtbot.waitUntil(lambda: len(studio.own_images.digits) == 1)
    studio.own_images.freeze(names.append)
    qtbot.waitUntil(lambda: len(names) == 1)
    assert len(names[0]) == 32
