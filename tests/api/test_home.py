"""The home and the recipes that the Python API uses."""

from pathlib import Path

import pytest

import mnist_studio as studio
from mnist_studio import paths


def test_another_home_is_used_from_now_on(home: Path, tmp_path: Path) -> None:
    (home / "recipes").mkdir()
    (home / "recipes" / "broken.toml").write_text("?")
    with pytest.warns(UserWarning, match=r"broken\.toml"):
        studio.recipes()
    studio.use_home(tmp_path / "other")
    assert paths.home() == tmp_path / "other"
    assert "mlp-128" in [recipe.name for recipe in studio.recipes()]
    assert studio.runs() == []
    assert (tmp_path / "other" / "studio.sqlite").exists()
