"""The window. The only part that imports Qt."""

import sys

if sys.version_info < (3, 12):
    from mnist_studio.gui.overrides import guard_overrides

    # Before any module of the window defines a class.
    guard_overrides()
