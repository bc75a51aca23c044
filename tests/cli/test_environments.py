import sys

from mnist_studio import settings
from mnist_studio.frameworks import registry
from mnist_studio.settings import Interpreter, Settings
from tests.cli.conftest import Main


def test_every_framework_is_listed_with_its_python(here: Main) -> None:
    settings.save(Settings(interpreters={"keras": Interpreter("/env/bin/python", "2.99")}))
    found = {line["framework"]: line for line in here("python", "--json").json}
    assert list(found) == list(registry.ENTRIES)
    assert found["keras"] == {"framework": "keras", "python": "/env/bin/python", "version": "2.99"}
    assert found["numpy"]["python"] == ""
    assert "/env/bin/python" in here("python", "keras").output


def test_a_framework_can_go_back_to_the_studios_own(here: Main) -> None:
    settings.save(Settings(interpreters={"keras": Interpreter("/env/bin/python", "2.99")}))
    assert here("python", "keras", "--own").code == 0
    assert settings.load()[0] == Settings()


def test_what_cannot_be_is_told(here: Main) -> None:
    said = here("python", "--own")
    assert (said.code, "No framework was named" in said.errors) == (2, True)
    said = here("python", "numpy", sys.executable)
    assert (said.code, "NumPy computes in the studio's own" in said.errors) == (2, True)
    said = here("python", "keras", "no-such-python")
    assert (said.code, "There is no program no-such-python" in said.errors) == (1, True)
