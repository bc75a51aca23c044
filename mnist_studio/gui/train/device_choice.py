"""Where to train: devices are looked for when the list is opened."""

from PySide6.QtCore import Slot

from mnist_studio.frameworks.base import Device
from mnist_studio.frameworks.registry import FRAMEWORKS
from mnist_studio.gui.common import texts
from mnist_studio.gui.common.choice import ComboBox
from mnist_studio.gui.services.background import Background, IsCancelled, Progress
from mnist_studio.gui.theme.theme import Theme
from mnist_studio.spec.run import DeviceName
from mnist_studio.workers.probe import FrameworkReport, probe

_ALWAYS: tuple[DeviceName, ...] = ("auto", "cpu")


class DeviceChoice(ComboBox):
    """Fastest, CPU, and what a framework finds on this computer.

    Finding out means to import the frameworks in processes of their own, which takes seconds: so
    it waits until somebody opens the list.
    """

    def __init__(self, theme: Theme, background: Background) -> None:
        super().__init__("Device", theme)
        self._background = background
        self._asked = False
        self._found: dict[str, str] = {}
        self.opening.connect(self._look)
        self._show()
        self.setToolTip("Where the frameworks compute. NumPy always uses the CPU.")

    @property
    def device(self) -> DeviceName:
        """The chosen device."""
        return next(name for name in texts.DEVICES if name == (self.choice or "auto"))

    def _show(self) -> None:
        found = tuple(
            (kind, texts.DEVICES[_name(kind)], text) for kind, text in self._found.items()
        )
        self.offer((*((name, texts.DEVICES[name], "") for name in _ALWAYS), *found))

    @Slot()
    def _look(self) -> None:
        if self._asked:
            return
        self._asked = True

        def work(progress: Progress, is_cancelled: IsCancelled) -> tuple[FrameworkReport, ...]:
            return tuple(probe(name, is_cancelled) for name in FRAMEWORKS)

        self._background.start(work, self._take, self._fail)

    @Slot(object)
    def _take(self, reports: tuple[FrameworkReport, ...]) -> None:
        for report in reports:
            for device in report.devices:
                self._note(device)
        self._show()

    def _note(self, device: Device) -> None:
        if device.kind in ("cuda", "mps"):
            self._found[device.kind] = device.name

    @Slot(object)
    def _fail(self, error: Exception) -> None:
        self.setToolTip(f"The devices could not be listed: {error}")


def _name(kind: str) -> DeviceName:
    return "cuda" if kind == "cuda" else "mps"
