"""Makes a page when it is first shown, so that the start does not wait for the others."""

from mnist_studio.gui.common.page import Page
from mnist_studio.gui.services.studio import Studio


def make(key: str, studio: Studio) -> Page:
    """The page of that key."""
    if key == "train":
        from mnist_studio.gui.train.page import TrainPage

        return TrainPage(studio)
    if key == "draw":
        from mnist_studio.gui.draw.page import DrawPage

        return DrawPage(studio)
    if key == "experiments":
        from mnist_studio.gui.experiments.page import ExperimentsPage

        return ExperimentsPage(studio)
    if key == "compare":
        from mnist_studio.gui.compare.page import ComparePage

        return ComparePage(studio)
    if key == "parity":
        from mnist_studio.gui.parity.page import ParityPage

        return ParityPage(studio)
    from mnist_studio.gui.runs.page import RunsPage

    return RunsPage(studio)
