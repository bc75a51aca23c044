"""The files of your own recipes: their names, their trash, and what is wrong with one."""

import hashlib
import os
import threading
from pathlib import Path

import pytest
from msgspec.structs import replace

from mnist_studio import paths
from mnist_studio.data.datasets import own
from mnist_studio.errors import MnistStudioError, SpecError, StoreError, UnknownName, UsageError
from mnist_studio.spec import recipe_files, recipes
from mnist_studio.spec.experiment import ExperimentSpec, Grid
from mnist_studio.store import own_recipes
from mnist_studio.store.own_recipes import OwnRecipes, RecipeUses
from tests.store.test_own_recipes import MLP, made, names


@pytest.fixture
def yours(home: Path) -> OwnRecipes:
    return OwnRecipes(home)


def files(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.glob("*.toml"))


def tail(name: str) -> str:
    return f"{hashlib.sha256(name.encode()).hexdigest()[:8]}.toml"


@pytest.mark.parametrize(
    ("name", "word", "folded"),
    [
        ("Mine", "mine", "mine"),
        ("My (wide) net 2", "my-wide-net-2", "my (wide) net 2"),
        ("手書き", "recipe", "手書き"),
        ("x" * 60, "x" * 40, "x" * 60),
        ("x" * 39 + " y", "x" * 39, "x" * 39 + " y"),
    ],
)
def test_a_file_has_a_name_that_people_recognize(
    yours: OwnRecipes, name: str, word: str, folded: str
) -> None:
    yours.add(made(name))
    assert files(yours.folder) == [f"{word}-{tail(folded)}"]


def test_a_file_that_was_renamed_inside_is_not_overwritten(yours: OwnRecipes) -> None:
    yours.add(made("Mine"))
    (name,) = files(yours.folder)
    (yours.folder / name).write_text(recipe_files.write(made("Other")))
    yours.add(made("Mine"))
    assert names(yours) == ["Mine", "Other"]
    assert files(yours.folder) == sorted([name, f"{name[:-5]}-2.toml"])


def test_a_damaged_file_is_not_overwritten(yours: OwnRecipes) -> None:
    yours.add(made("Mine"))
    (name,) = files(yours.folder)
    (yours.folder / name).write_text("=")
    for _ in range(2):
        yours.add(made("Mine"), overwrite=True)
    assert names(yours) == ["Mine"]
    assert (yours.folder / name).read_text() == "="
    assert files(yours.folder) == sorted([name, f"{name[:-5]}-2.toml"])


def test_renaming_by_case_alone_keeps_the_file(yours: OwnRecipes) -> None:
    yours.add(made("Mine"))
    before = files(yours.folder)
    assert yours.rename("mine", "  MINE ") == replace(made("Mine"), name="MINE")
    assert files(yours.folder) == before
    yours.rename("MINE", "Other")
    assert files(yours.folder) == [f"other-{tail('other')}"]


def test_the_trash_has_the_last_deleted_first_under_names_of_their_own(yours: OwnRecipes) -> None:
    for number, summary in enumerate(("first", "second", "third")):
        yours.add(replace(made("Mine"), summary=summary))
        yours.delete("Mine")
        newest = max((yours.folder / "trash").iterdir(), key=lambda path: path.stat().st_mtime)
        os.utime(newest, (1000.0 + number, 1000.0 + number))
    first = f"mine-{tail('mine')}"
    assert files(yours.folder / "trash") == sorted(
        [first, f"{first[:-5]}-2.toml", f"{first[:-5]}-3.toml"]
    )
    assert [one.summary for one in yours.trashed()] == ["third", "second", "first"]
    (yours.folder / "trash" / "damaged.toml").write_text("=")
    assert len(yours.trashed()) == 3
    assert yours.restore("MINE").summary == "third"
    assert yours.get("Mine").summary == "third"
    assert yours.empty_trash() == 3
    assert (yours.empty_trash(), yours.trashed()) == (0, ())
    assert names(yours) == ["Mine"]


def test_the_time_of_deletion_counts_and_not_that_of_the_last_change(yours: OwnRecipes) -> None:
    for name in ("First", "Second"):
        yours.add(made(name))
    for path in yours.folder.glob("*.toml"):
        os.utime(path, (4e9, 4e9))
    yours.delete("Second")
    (deleted,) = (yours.folder / "trash").iterdir()
    assert deleted.stat().st_mtime < 4e9


def test_each_refusal_says_what_to_do(yours: OwnRecipes) -> None:
    def refusal(act: object, *given: object) -> tuple[str, str]:
        assert callable(act)
        with pytest.raises(MnistStudioError) as raised:
            act(*given)
        return raised.value.problem, raised.value.remedy

    assert refusal(yours.get, "x") == ("You have no recipe called “x”.", "You have none yet.")
    yours.add(made("Mine"))
    taken = (
        "You already have a recipe called “Mine”.",
        ("Choose another name, or delete that recipe."),
    )
    assert refusal(yours.add, made("mine")) == taken
    yours.add(made("Other"))
    assert refusal(yours.rename, "Other", "MINE") == taken
    assert refusal(yours.get, "mlp-128") == (
        "mlp-128 comes with MNIST Studio and cannot be changed.",
        "Save it under another name to get a recipe of yours.",
    )
    assert refusal(yours.add, made("mlp-128")) == (
        "“mlp-128” is a recipe that comes with MNIST Studio.", "Choose another name.",
    )  # fmt: skip
    assert refusal(yours.restore, "x") == (
        "There is no recipe called “x” in the trash.",
        "List them with: mnist-studio recipes trash",
    )
    problem, _ = refusal(yours.get, "Othr")
    assert "Other" in problem + _


def test_a_file_that_cannot_be_used_is_named_with_its_own_remedy(yours: OwnRecipes) -> None:
    yours.folder.mkdir(parents=True)
    (yours.folder / "folder.toml").mkdir()
    (yours.folder / "page.toml").write_text("<!DOCTYPE html>")
    (yours.folder / "notes.txt").write_text("=")
    found = {str(problem.problem): problem.remedy for problem in yours.all().problems}
    folder, page = (yours.folder / name for name in ("folder.toml", "page.toml"))
    assert found == {
        f"The recipe in {folder} cannot be used: It is not a file.": "Correct or delete the file.",
        f"The recipe in {page} cannot be used: {page} is a web page.": (
            "Save the file itself from that page."
        ),
    }
    assert all(isinstance(problem, StoreError) for problem in yours.all().problems)


def test_recipes_are_ordered_by_name_whatever_its_case(yours: OwnRecipes) -> None:
    for name in ("b", "C", "a"):
        yours.add(made(name))
    assert names(yours) == ["a", "b", "C"]


def test_the_last_recipe_that_fits_is_added(
    yours: OwnRecipes, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert own_recipes.MOST_RECIPES == 1000
    monkeypatch.setattr(own_recipes, "MOST_RECIPES", 1)
    yours.add(made("One"))
    with pytest.raises(StoreError) as raised:
        yours.add(made("Two"))
    assert raised.value.problem == "You can have at most 1 recipes."
    yours.delete("One")
    yours.add(made("Two"))


def test_a_second_process_waits_and_then_gives_up(
    yours: OwnRecipes, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert own_recipes.LOCK_SECONDS == 10.0
    monkeypatch.setattr(own_recipes, "LOCK_SECONDS", 0.0)
    raised: list[MnistStudioError] = []

    def other() -> None:
        try:
            OwnRecipes().add(made("Other"))
        except MnistStudioError as error:
            raised.append(error)

    with yours._changing():
        thread = threading.Thread(target=other)
        thread.start()
        thread.join()
    (error,) = raised
    assert (error.problem, error.remedy) == (
        "Another MNIST Studio is changing your recipes.", "Try again in a moment.",
    )  # fmt: skip
    other()
    assert names(yours) == ["Other"]


def test_the_stamp_knows_names_times_and_sizes(yours: OwnRecipes) -> None:
    assert yours.stamp() == ()
    yours.add(made("Mine"))
    (path,) = yours.folder.glob("*.toml")
    status = path.stat()
    stamp = (path.name, status.st_mtime_ns, status.st_size, status.st_ino)
    assert yours.stamp() == (stamp,)


def test_a_file_elsewhere_is_read_and_a_wrong_one_is_named(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text(recipe_files.write(made("Mine")))
    assert own_recipes.read_file(path) == made("Mine")
    path.write_text("=")
    with pytest.raises(SpecError, match=r"^mine\.toml: "):
        own_recipes.read_file(path)
    path.write_bytes(b"\xff")
    with pytest.raises(UsageError) as raised:
        own_recipes.read_file(path)
    assert raised.value.remedy == "Select a recipe file."


def test_all_yours_are_made_known_and_their_problems_are_given(
    yours: OwnRecipes, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert own_recipes.load_all_yours() == ()
    yours.add(made("Mine"))
    (yours.folder / "bad.toml").write_text("=")
    (problem,) = own_recipes.load_all_yours()
    assert "bad.toml" in problem.problem
    assert recipes.is_own("Mine")

    def broken() -> tuple[MnistStudioError, ...]:
        raise StoreError("The folder cannot be read.", "Check it.")

    paths.own_datasets().mkdir()
    monkeypatch.setattr(own, "load", broken)
    assert [each.problem for each in own_recipes.load_all_yours()] == [
        problem.problem, "The folder cannot be read.",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("uses", "sentence"),
    [
        (RecipeUses(runs=1), "One run uses this recipe and keeps"),
        (RecipeUses(runs=2), "Two runs use this recipe and keep"),
        (RecipeUses(queued=1), "One queued run uses this recipe and keeps"),
        (RecipeUses(queued=3), "Three queued runs use this recipe and keep"),
        (RecipeUses(experiments=("a",)), "One experiment uses this recipe and keeps"),
        (RecipeUses(experiments=("a", "b")), "Two experiments use this recipe and keep"),
        (RecipeUses(1, 1), "One run and one queued run use this recipe and keep"),
    ],
)
def test_who_uses_a_recipe_is_counted(uses: RecipeUses, sentence: str) -> None:
    assert bool(uses)
    assert uses.sentence == f"{sentence} the complete settings and the name of the recipe."


def test_uses_are_found_by_the_name() -> None:
    mine = replace(MLP, recipe="Mine")
    experiments = [
        ExperimentSpec("First", grid=Grid(recipes=("Mine",))),
        ExperimentSpec("Second", grid=Grid(recipes=("mlp-128",))),
    ]
    assert own_recipes.uses("Mine", [mine, MLP], experiments) == RecipeUses(1, 0, ("First",))
    assert own_recipes.uses("Mine", [], [], [MLP, mine, mine]) == RecipeUses(0, 2)
    assert not RecipeUses()


def test_an_unknown_name_in_the_trash_is_not_restored_over_another(yours: OwnRecipes) -> None:
    yours.add(made("Mine"))
    yours.delete("Mine")
    yours.add(replace(made("Mine"), summary="New."))
    with pytest.raises(SpecError, match="already have"):
        yours.restore("Mine")
    assert yours.get("Mine").summary == "New."
    assert len(yours.trashed()) == 1
    with pytest.raises(UnknownName):
        yours.restore("Other")


def test_a_file_that_is_gone_counts_as_the_oldest(tmp_path: Path) -> None:
    assert own_recipes._changed(tmp_path / "gone") == 0.0
