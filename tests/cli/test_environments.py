import sys

from mnist_studio import settings
from mnist_studio.frameworks import registry
from mnist_studio.settings import Interpreter, Settings
from tests.cli.conftest import Main


def test_every_framework_is_listed_with_its_environment(here: Main) -> None:
    settings.save(Settings(interpreters={"keras": Interpreter("/env/bin/python", "2.99")}))
    found = {line["framework"]: line for line in here("environments", "--json").json}
    assert list(found) == list(registry.ENTRIES)
    # Settings of an earlier version have TensorFlow's number, which is not that of Keras.
    assert found["keras"]["python"] == "/env/bin/python"
    assert found["keras"]["version"] == "TensorFlow 2.99"
    assert found["numpy"]["python"] == ""
    assert "/env/bin/python" in here("environments", "keras").output


def test_the_environment_of_a_framework_is_reset(here: Main) -> None:
    settings.save(Settings(interpreters={"keras": Interpreter("/env/bin/python", "2.99")}))
    assert here("environments", "keras", "--reset").code == 0
    assert settings.load()[0] == Settings()


def test_wrong_usage_is_reported(here: Main) -> None:
    said = here("environments", "--reset")
    assert (said.code, "--reset needs a framework" in said.errors) == (2, True)
    said = here("environments", "numpy", sys.executable)
    assert (said.code, "NumPy always runs in MNIST Studio's own" in said.errors) == (2, True)
    said = here("environments", "keras", "no-such-python")
    assert (said.code, "There is no program at no-such-python" in said.errors) == (1, True)
