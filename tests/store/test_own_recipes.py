"""Your own recipes as files of the home."""

import errno
import os
from pathlib import Path

import pytest
from msgspec.structs import replace

from mnist_studio import paths
from mnist_studio.data import files
from mnist_studio.errors import SpecError, StoreError, UnknownName
from mnist_studio.spec import recipe_files, recipes
from mnist_studio.spec.experiment import ExperimentSpec, Grid
from mnist_studio.spec.recipes import RECIPES, OwnRecipe, run_spec
from mnist_studio.spec.recipes.own_recipe import of_run
from mnist_studio.store import own_recipes
from mnist_studio.store.own_recipes import OwnRecipes, RecipeUses

MLP = run_spec(RECIPES["mlp-128"])


def made(name: str) -> OwnRecipe:
    return of_run(MLP, name)


@pytest.fixture
def yours(home: Path) -> OwnRecipes:
    return OwnRecipes(home)


def names(yours: OwnRecipes) -> list[str]:
    return [recipe.name for recipe in yours.all().recipes]


def test_a_saved_recipe_comes_back_and_is_known_everywhere(yours: OwnRecipes, home: Path) -> None:
    yours.add(made("  My   wide MLP "))
    assert yours.all() == own_recipes.LoadedRecipes((made("My wide MLP"),))
    assert own_recipes.load(home) == ()
    found = recipes.recipe("My wide MLP")
    assert (found.title, found.model, found.source.name) == (
        "My wide MLP",
        MLP.model,
        "Your recipes",
    )
    assert next(iter(RECIPES)) == "My wide MLP"  # They come first.
    assert recipes.is_own("My wide MLP")
    assert not recipes.is_own("mlp-128")


@pytest.mark.skipif(os.name == "nt", reason="folders of a user are private there")
def test_only_the_owner_can_read_the_files(yours: OwnRecipes) -> None:
    yours.add(made("Mine"))
    (file,) = yours.folder.glob("*.toml")
    assert (file.stat().st_mode & 0o77, yours.folder.stat().st_mode & 0o77) == (0, 0)
    assert file.name.startswith("mine-")


@pytest.mark.parametrize(
    ("name", "problem"),
    [
        ("", "got 0"), (" \n ", "got 0"), ("x" * 61, "got 61"), ("a\x1b[31mb", "control"),
        ("a\u202eb", "control"), ("--set", "dash"), ("net.toml", "file"), ("mlp-128", "comes with"),
        ("MLP\u00a0128", "comes with"), ("MLP 128", "comes with"),
    ],
)  # fmt: skip
def test_an_impossible_name_is_refused(yours: OwnRecipes, name: str, problem: str) -> None:
    with pytest.raises(SpecError, match=problem):
        yours.add(replace(made("ok"), name=name))
    assert names(yours) == []


def test_a_name_is_taken_in_any_case_unless_it_is_overwritten(yours: OwnRecipes) -> None:
    yours.add(made("Größe"))
    with pytest.raises(SpecError, match="already have a recipe called “Größe”"):
        yours.add(made("GRÖSSE"))
    changed = replace(made("GRÖSSE"), summary="Wider.")
    yours.add(changed, overwrite=True)
    assert yours.all().recipes == (changed,)


def test_a_network_that_cannot_work_is_refused(yours: OwnRecipes) -> None:
    model = replace(MLP.model, layers=MLP.model.layers[:-1])
    with pytest.raises(SpecError, match="must end in 10 logits"):
        yours.add(replace(made("Mine"), model=model))


def test_renaming_keeps_one_file(yours: OwnRecipes) -> None:
    yours.add(made("Old"))
    yours.add(made("Other"))
    yours.rename("Old", "New")
    assert names(yours) == ["New", "Other"]
    with pytest.raises(SpecError, match="already"):
        yours.rename("New", "other")
    with pytest.raises(SpecError, match="comes with"):
        yours.rename("New", "bobnet")
    assert yours.rename("New", "NEW").name == "NEW"
    assert names(yours) == ["NEW", "Other"]


def test_a_deleted_recipe_can_be_restored_until_the_trash_is_emptied(yours: OwnRecipes) -> None:
    yours.add(made("Mine"))
    yours.delete("Mine")
    assert (names(yours), yours.trashed()) == ([], (made("Mine"),))
    yours.add(made("Mine"))
    with pytest.raises(SpecError, match="already"):
        yours.restore("Mine")
    yours.delete("Mine")
    yours.restore("mine")
    assert names(yours) == ["Mine"]
    assert yours.empty_trash() == 1
    with pytest.raises(UnknownName, match="in the trash"):
        yours.restore("Mine")


def test_unknown_names_are_explained(yours: OwnRecipes) -> None:
    with pytest.raises(UnknownName, match="You have no recipe called “x”"):
        yours.delete("x")
    yours.add(made("Mine"))
    with pytest.raises(UnknownName, match="Did you mean Mine"):
        yours.rename("Mime", "x")
    with pytest.raises(UnknownName, match="comes with MNIST Studio"):
        yours.delete("mlp-128")


def test_an_exported_recipe_can_be_imported_elsewhere(yours: OwnRecipes, tmp_path: Path) -> None:
    yours.add(replace(made("Mine"), summary="One hidden layer."))
    yours.export("Mine", tmp_path / "mine.toml")
    elsewhere = OwnRecipes(tmp_path / "elsewhere")
    elsewhere.add(own_recipes.read_file(tmp_path / "mine.toml"))
    assert elsewhere.all() == yours.all()


@pytest.mark.parametrize(
    "content",
    [
        b"", b"\xff\xfe\x00", b"format = 99\n[recipe]", b"[" * 9_000, b"format = 4\nrecipe = 3",
        b"\0" * 4_000_001, b"<!DOCTYPE html>", recipe_files.write(made("Good")).encode()[:-40],
        recipe_files.write(made("Good")).replace("units = 10", "units = 63").encode(),
        recipe_files.write(made("Good")).replace('"Good"', '"mlp-128"').encode(),
        recipe_files.write(made("Good")).replace('"Good"', '"a\\u001b[2J"').encode(),
        recipe_files.write(made("Good")).replace("learning_rate", "lerning_rate").encode(),
    ],
)  # fmt: skip
def test_a_damaged_file_costs_only_itself_and_is_named(
    yours: OwnRecipes, home: Path, content: bytes
) -> None:
    yours.add(made("Good"))
    (yours.folder / "bad.toml").write_bytes(content)
    (yours.folder / "folder.toml").mkdir()
    found = yours.all()
    assert found.recipes == (made("Good"),)
    assert ["bad.toml" in str(p) or "folder.toml" in str(p) for p in found.problems] == [True, True]
    assert len(own_recipes.load(home)) == 2
    yours.delete("Good")


def test_two_files_with_one_name_are_reported(yours: OwnRecipes) -> None:
    yours.add(made("Mine"))
    (yours.folder / "zz.toml").write_text(recipe_files.write(made("mine")))
    found = yours.all()
    assert found.recipes == (made("Mine"),)
    assert "zz.toml" in str(found.problems[0])


def test_a_missing_or_unreadable_folder(home: Path) -> None:
    assert OwnRecipes(home).all() == own_recipes.LoadedRecipes()
    home.mkdir(exist_ok=True)
    paths.own_recipes(home).write_text("a file")
    with pytest.raises(StoreError):
        OwnRecipes(home).all()


def test_the_stamp_changes_with_the_files(yours: OwnRecipes) -> None:
    before = yours.stamp()
    yours.add(made("Mine"))
    assert yours.stamp() != before
    assert yours.stamp() == yours.stamp()


def test_what_uses_a_recipe_is_named_with_what_happens() -> None:
    run = replace(MLP, recipe="Mine")
    experiment = ExperimentSpec("Sizes", grid=Grid(recipes=("Mine",)))
    found = own_recipes.uses("Mine", (run, run, MLP), (experiment,), (run,))
    assert found == RecipeUses(2, 1, ("Sizes",))
    assert found.sentence == (
        "Two runs, one queued run, and one experiment use this recipe and keep the complete "
        "settings and the name of the recipe."
    )
    assert own_recipes.uses("Mine", (run,), ()).sentence.startswith("One run uses this recipe and")
    assert not own_recipes.uses("mine", (MLP,), ())
    assert RecipeUses().sentence == ""


def test_more_recipes_than_fit_are_refused_but_overwriting_is_not(
    yours: OwnRecipes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(own_recipes, "MOST_RECIPES", 2)
    yours.add(made("One"))
    yours.add(made("Two"))
    with pytest.raises(StoreError, match="at most 2 recipes") as caught:
        yours.add(made("Three"))
    assert caught.value.remedy == "Delete some."
    yours.add(made("Two"), overwrite=True)
    assert names(yours) == ["One", "Two"]


def test_overwriting_a_recipe_keeps_the_name_of_its_file(yours: OwnRecipes) -> None:
    yours.add(made("Mine"))
    (file,) = yours.folder.glob("*.toml")
    other = file.rename(file.with_name("from-a-friend.toml"))
    changed = replace(made("Mine"), summary="Wider.")
    yours.add(changed, overwrite=True)
    assert list(yours.folder.glob("*.toml")) == [other]
    assert yours.all() == own_recipes.LoadedRecipes((changed,))


def test_a_renaming_that_fails_leaves_one_recipe(
    yours: OwnRecipes, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    yours.add(made("Former"))
    with monkeypatch.context() as broken:
        broken.setattr(files, "_sync_folder", refuse)
        with pytest.raises(StoreError):
            yours.rename("Former", "Latter")
    assert names(yours) == ["Latter"]
    with monkeypatch.context() as broken:
        broken.setattr(Path, "rename", refuse)
        yours.rename("Latter", "Last")
    assert names(yours) == ["Last"]
    assert yours.all().problems == ()
