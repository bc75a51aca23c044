import pytest
from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QApplication, QMenu
from pytestqt.qtbot import QtBot

from mnist_studio import paths
from mnist_studio.gui.theme.icons import icon, pixmap
from mnist_studio.gui.theme.stylesheet import stylesheet
from mnist_studio.gui.theme.theme import Theme, pen
from mnist_studio.palette import DASHES, PALETTES, Palette, contrast, mixed


@pytest.mark.parametrize("palette", PALETTES.values(), ids=PALETTES)
def test_contrast_on_the_panel(palette: Palette) -> None:
    assert contrast(palette.text, palette.panel) > 12
    assert contrast(palette.secondary, palette.panel) > 5.5
    assert contrast(palette.on_accent, palette.accent) > 4.5
    for role in (palette.numpy, palette.pytorch, palette.keras, palette.good, palette.bad):
        assert contrast(role, palette.panel) > 4.5


@pytest.mark.parametrize("palette", PALETTES.values(), ids=PALETTES)
def test_text_can_be_read_on_everything_it_is_painted_on(palette: Palette) -> None:
    """WCAG 2.2: 4.5 for text, and 3 for what shows the focus."""
    for ground in (palette.ground, palette.panel, palette.hover):
        for text in (palette.text, palette.secondary, palette.accent, palette.bad, palette.good):
            assert contrast(text, ground) >= 4.5, (text, ground)
        assert contrast(palette.accent, ground) >= 3
    hovered = mixed(palette.accent, palette.text, 0.15)
    assert contrast(palette.on_accent, hovered) >= 4.5


@pytest.mark.parametrize("palette", PALETTES.values(), ids=PALETTES)
def test_what_cannot_be_used_is_plainly_fainter(palette: Palette) -> None:
    seen = contrast(palette.off, palette.panel)
    assert 1.5 < seen < 0.6 * contrast(palette.secondary, palette.panel)
    assert palette.off in stylesheet(palette, round)
    picture = icon("undo", palette.text, 16, off=palette.off)
    shown = picture.pixmap(QSize(16, 16), 1.0, QIcon.Mode.Disabled).toImage()
    solid = [shown.pixelColor(x, y) for x in range(16) for y in range(16)]
    assert {one.name().upper() for one in solid if one.alpha() == 255} == {palette.off}


def test_contrast_of_black_and_white() -> None:
    assert contrast("#000000", "#FFFFFF") == pytest.approx(21)
    assert contrast("#777777", "#777777") == pytest.approx(1)


def test_every_framework_has_its_own_dash() -> None:
    assert len(set(DASHES.values())) == 3
    assert pen(PALETTES["light"], "numpy", 1).style() == Qt.PenStyle.SolidLine
    assert pen(PALETTES["light"], "keras", 1).dashPattern() == list(DASHES["keras"])


@pytest.mark.parametrize("palette", PALETTES.values(), ids=PALETTES)
def test_stylesheet_knows_every_name_it_uses(palette: Palette) -> None:
    made = stylesheet(palette, round)
    assert "$" not in made
    assert palette.accent in made


def test_theme_follows_the_choice(qtbot: QtBot, theme: Theme) -> None:
    with qtbot.waitSignal(theme.changed):
        theme.choose("dark")
    assert theme.scheme == "dark"
    assert theme.palette == PALETTES["dark"]


def test_theme_follows_the_system(qapp: QApplication, qtbot: QtBot, theme: Theme) -> None:
    theme.choose("system")
    dark = qapp.styleHints().colorScheme() == Qt.ColorScheme.Dark
    assert theme.scheme == ("dark" if dark else "light")


def test_zoom_grows_and_returns(theme: Theme) -> None:
    usual = theme.pixels(100)
    theme.zoom(1)
    assert theme.pixels(100) > usual
    theme.zoom(0)
    assert theme.pixels(100) == usual
    for _ in range(20):
        theme.zoom(-1)
    assert theme.pixels(28) >= 20


def test_every_icon_can_be_drawn(qapp: QApplication) -> None:
    for file in (paths.resources() / "icons").glob("*.svg"):
        picture = pixmap(file.stem, "#123456", 24, 2.0)
        assert picture.width() == 48
        assert not picture.toImage().allGray()
        assert not icon(file.stem, "#123456", 24).isNull()


def test_a_long_menu_scrolls_in_one_column(qtbot: QtBot) -> None:
    """Further columns would leave the screen, and part a heading from its entries."""
    menu = QMenu()
    qtbot.addWidget(menu)
    menu.setStyleSheet(stylesheet(PALETTES["light"], round))
    for number in range(200):
        menu.addAction(f"Recipe {number}")
    menu.popup(menu.screen().geometry().center())
    assert menu.screen().geometry().contains(menu.geometry())
    assert len({menu.actionGeometry(action).x() for action in menu.actions()}) == 1
