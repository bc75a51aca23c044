import pytest

from mnist_studio.frameworks import registry
from mnist_studio.frameworks.base import Framework


@pytest.fixture(scope="session")
def framework() -> Framework:
    return registry.load("pytorch")
