"""Modules that are imported while the window idles."""

from importlib.util import find_spec

import pytest

from mnist_studio.gui.app import pages


@pytest.mark.parametrize("name", pages.PRELOADED)
def test_every_module_to_preload_exists(name: str) -> None:
    assert find_spec(f"mnist_studio.{name}") is not None
