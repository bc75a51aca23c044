"""Chooses frameworks on the Train page by clicks, as a user does."""

from mnist_studio.frameworks.registry import FRAMEWORKS
from mnist_studio.gui.train.settings_panel import SettingsPanel


def choose_frameworks(settings: SettingsPanel, *names: str) -> None:
    """Switches exactly these on."""
    for name in FRAMEWORKS:
        if (name in settings.frameworks.chosen) != (name in names):
            settings.frameworks.button(name).click()
