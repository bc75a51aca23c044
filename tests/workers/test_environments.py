import sys

import pytest

from mnist_studio import settings
from mnist_studio.errors import JobError, MnistStudioError, UnknownName, UsageError
from mnist_studio.frameworks import registry
from mnist_studio.settings import Interpreter, Settings
from mnist_studio.workers import environments


def test_a_python_is_tested_before_it_is_chosen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(environments, "check", lambda framework: None)
    settings.save(Settings(theme="dark"))
    chosen = environments.choose("numpy", sys.executable)
    assert chosen == Interpreter(sys.executable, registry.installed("numpy") or "")
    assert registry.python("numpy") == sys.executable
    environments.forget("numpy")
    assert registry.python("numpy") == ""
    assert settings.load()[0] == Settings(theme="dark")


@pytest.mark.parametrize(
    ("framework", "python", "error", "problem"),
    [
        ("keras", "no-such-python", JobError, "There is no program at no-such-python"),
        ("kears", sys.executable, UnknownName, "Did you mean keras"),
        ("numpy", sys.executable, UsageError, "NumPy always runs in MNIST Studio's own Python"),
    ],
)
def test_a_python_that_cannot_be_chosen_is_explained(
    framework: str, python: str, error: type[MnistStudioError], problem: str
) -> None:
    with pytest.raises(error, match=problem):
        environments.choose(framework, python)
    assert settings.load()[0] == Settings()
