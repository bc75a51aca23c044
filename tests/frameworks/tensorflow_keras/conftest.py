import pytest

from mnist_studio.frameworks import registry
from mnist_studio.frameworks.base import Framework


def pytest_configure(config: pytest.Config) -> None:
    # Keras 3.15 reads its variables by np.array(variable) when it saves a network, and TensorFlow
    # 2.21's variables do not know NumPy 2's copy argument. Neither is in the studio's hands.
    config.addinivalue_line(
        "filterwarnings",
        "ignore:__array__ implementation doesn't accept a copy keyword:DeprecationWarning"
        ":keras.src.backend.tensorflow.core",
    )


@pytest.fixture(scope="session")
def framework() -> Framework:
    return registry.load("keras")
