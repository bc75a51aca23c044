"""Leaves out the tests of a framework that is not installed: they import it."""

from tests.conftest import MISSING

FOLDERS = {"pytorch": "pytorch", "keras": "tensorflow_keras"}

collect_ignore = [folder for name, folder in FOLDERS.items() if name in MISSING]
