from pathlib import Path

from mnist_studio.frameworks import registry


def test_what_keras_and_matplotlib_keep_lies_in_the_studios_cache(home: Path) -> None:
    variables = registry.environment("keras", 1)
    for name in ("KERAS_HOME", "MPLCONFIGDIR"):
        assert Path(variables[name]).is_relative_to(home), name
