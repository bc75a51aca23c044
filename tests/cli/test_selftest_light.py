"""What works without PyTorch, without Keras, and without both; skipped where both are installed.

``MNIST_STUDIO_TESTS_WITHOUT=torch,tensorflow`` hides them; see ``tests.without.sitecustomize``.
"""

from pathlib import Path

import pytest

from mnist_studio import paths
from mnist_studio.frameworks import registry
from tests.cli.conftest import TRAIN, studio

MISSING = [name for name in registry.FRAMEWORKS if registry.installed(name) is None]

pytestmark = pytest.mark.skipif(not MISSING, reason="every framework is installed")


@pytest.mark.timeout(410)
def test_the_installation_works_without_what_is_missing(tmp_path: Path) -> None:
    """The window, training, predictions, native scripts, export, comparison, and reports."""
    said = studio("selftest", "--json", timeout=400)
    results = {line["name"]: line for line in said.json}
    assert said.code == 0, said.output
    for name in registry.FRAMEWORKS:
        title = registry.framework_title(name)
        skipped = results[title]["detail"] == f"skipped: {title} is not installed."
        assert skipped == (name in MISSING)
    assert "HTML" in results["report"]["detail"]


@pytest.mark.parametrize(
    "words",
    [
        TRAIN, ("parity", "tiny-10"), ("find-rate", "tiny-10"), ("step", "tiny-10"),
    ],
    ids=lambda words: words[0],
)  # fmt: skip
def test_a_missing_framework_is_one_sentence_and_one_command(words: tuple[object, ...]) -> None:
    said = studio(*words, "--framework", MISSING[0])
    title = registry.framework_title(MISSING[0])
    assert said.code == 1
    assert (said.output + said.errors).count(
        f"{title} is not installed. Install it with: "
        f"mnist-studio environments {MISSING[0]} --install"
    ) == 1
    assert "Traceback" not in said.errors


def test_bundled_models_of_a_missing_framework_predict_in_numpy(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv(paths.MODELS_VARIABLE, str(paths.resources() / "models"))
    said = studio("predict", "--index", 0, "--json")
    assert said.code == 0
    assert said.json
