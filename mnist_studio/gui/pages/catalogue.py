"""Makes a page when it is first gone to: nobody waits for pages that are not seen yet."""

from mnist_studio.gui.pages.page import Page
from mnist_studio.gui.studio import Studio


def make(key: str, studio: Studio) -> Page:
    """The page of that key."""
    if key == "train":
        from mnist_studio.gui.pages.train import TrainPage

        return TrainPage(studio)
    if key == "draw":
        from mnist_studio.gui.pages.draw import DrawPage

        return DrawPage(studio)
    if key == "studies":
        from mnist_studio.gui.pages.studies import StudiesPage

        return StudiesPage(studio)
    if key == "compare":
        from mnist_studio.gui.pages.compare import ComparePage

        return ComparePage(studio)
    if key == "parity":
        from mnist_studio.gui.pages.parity import ParityPage

        return ParityPage(studio)
    from mnist_studio.gui.pages.runs import RunsPage

    return RunsPage(studio)
