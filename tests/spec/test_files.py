import pytest
from msgspec.structs import replace

from mnist_studio.errors import SpecError
from mnist_studio.spec import experiment_files, files
from mnist_studio.spec.recipes import RECIPES, run_spec
from mnist_studio.spec.run import ClipNorm, ContinuedFrom, RunSpec
from mnist_studio.spec.upgrades import RUN_VERSION

DEEP = run_spec(RECIPES["deep-cnn"])
TEXT = files.write([DEEP, run_spec(RECIPES["tiny-gd"])])

BY_HAND = """\
format = 4

[[run]]
recipe = "mine"
framework = "numpy"

[run.model]
layers = [
    {kind = "flatten"},
    {kind = "dense", units = 10},
]

[run.training]
epochs = 2
optimizer = {kind = "sgd", learning_rate = 0.5}
"""


@pytest.mark.parametrize("name", RECIPES)
def test_every_recipe_comes_back_as_it_was(name: str) -> None:
    run = run_spec(RECIPES[name])
    assert files.read(files.write([run])) == (run,)


def test_several_runs_with_all_that_a_run_can_have_come_back() -> None:
    training = replace(DEEP.training, clip=ClipNorm(1.0))
    runs = (
        replace(DEEP, training=training, known_bugs=("unshuffled", "zero-initial"), threads=3),
        replace(DEEP, style="native", framework="keras"),
    )
    assert files.read(files.write(runs)) == runs


def test_a_file_by_hand_may_leave_out_what_is_default() -> None:
    (run,) = files.read(BY_HAND)
    assert run.recipe == "mine"
    assert run.training.batch_size == 64
    assert run.training.optimizer.learning_rate == 0.5


def line_of(text: str, part: str) -> int:
    return 1 + next(n for n, line in enumerate(text.splitlines()) if part in line)


@pytest.mark.parametrize(
    ("text", "good", "bad", "key", "why"),
    [
        (
            TEXT,
            "batch_size = 86",
            'batch_size = "many"',
            "training.batch_size",
            "expected a whole number, found text",
        ),
        (TEXT, "zoom =", "zom =", "training.augmentation.zom", "unknown key"),
        (
            TEXT,
            "filters = 64",
            "filters = 6.4",
            "model.layers[6].filters",
            "expected a whole number, found a number",
        ),
        (
            TEXT,
            '"rmsprop"',
            '"lion"',
            "optimizer.kind",
            "one of sgd, adam, adamw, adadelta, rmsprop",
        ),
        (TEXT, '"tiny-gd"', "7", "run[1].recipe", "expected text in quotes"),
        (TEXT, '"numpy"', '"jax"', "run[1].framework", "one of keras, numpy, pytorch"),
        (
            TEXT,
            "limit = 0.5",
            "limit = []",
            "layers[1].initial.limit",
            "expected a number, found a list",
        ),
        (
            BY_HAND,
            "units = 10",
            'units = "x"',
            "run[0].model.layers[1].units",
            "expected a whole number",
        ),
        (BY_HAND, "learning_rate", "rate", "run[0].training.optimizer.rate", "unknown key"),
    ],
)
def test_what_is_wrong_is_told_with_line_key_and_expectation(
    text: str, good: str, bad: str, key: str, why: str
) -> None:
    with pytest.raises(SpecError) as raised:
        files.read(text.replace(good, bad, 1))
    problem = raised.value.problem
    assert problem.startswith(f"Line {line_of(text, good)}, ")
    assert key in problem
    assert why in problem


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("format = \n", r"not TOML.*line 1"),
        ("a = 1", "has no format"),
        (
            "format = 99\nwhatever = 1",
            "uses format 99, but this version of MNIST Studio supports formats only up to",
        ),
        ("format = 2", "the key “run” is missing"),
        ("format = 2\nrun = []", "got 0"),
        ("format = 1\n[experiment]", "contains an experiment, not runs"),
        ("#" * (files.MOST_BYTES + 1), "but the limit is 1,000,000"),
        (BY_HAND.replace("epochs = 2", "epochs = 2\nseed = nan"), "Line 1[0-9].*training.seed"),
        (
            BY_HAND.replace('"numpy"', '"numpy"\nknown_bugs = ["batch-decay"]'),
            "“batch-decay” has no effect in this run",
        ),
    ],
)
def test_what_cannot_work_is_refused(text: str, why: str) -> None:
    with pytest.raises(SpecError, match=why) as raised:
        files.read(text)
    assert raised.value.remedy


@pytest.mark.parametrize(
    ("text", "good", "bad", "line", "key", "why"),
    [
        (TEXT, "learning_rate", "learning_rate = -1 #", "= -1", "learning_rate", "rate must be"),
        (TEXT, "patience", "patience = 0 #", "[run.training.schedule]", "schedule", "not valid"),
        (TEXT, "zoom", "zoom = 2.0 #", "zoom", "training.augmentation.zoom", "Scaling must be"),
        (
            TEXT,
            "validation",
            "validation = 0 #",
            "= 0 #",
            "training.validation",
            "but this run has none",
        ),
        (TEXT, "deviation", "deviation = 0.0 #", "[run.model.scaling]", "scaling", "input scaling"),
        (BY_HAND, "= 10", "= 11", "= 11", "run[0].model.layers[1]", "10 logits, got 11"),
        (BY_HAND, '"flatten"', '"relu"', "units", "layers[1]", "needs a vector but gets 28×28×1"),
        (BY_HAND, "epochs = 2", "epochs = 0", "epochs", "training.epochs", "epochs must be"),
    ],
)
def test_what_cannot_work_is_told_with_line_and_key(
    text: str, good: str, bad: str, line: str, key: str, why: str
) -> None:
    wrong = text.replace(good, bad, 1)
    with pytest.raises(SpecError) as raised:
        files.read(wrong)
    place, _, problem = raised.value.problem.partition(": ")
    assert place.startswith(f"Line {line_of(wrong, line)}, run[0].")
    assert key in place
    assert why in problem
    assert raised.value.remedy


def test_a_fault_and_a_precision_are_told_where_they_stand() -> None:
    for added, key in (
        ('known_bugs = ["batch-decay"]', "run[0].known_bugs[0] (mine)"),
        ('known_bugs = ["unshuffled", "unshuffled"]', "run[0].known_bugs[0] (mine)"),
        ("threads = 2000", "run[0].threads (mine)"),
    ):
        with pytest.raises(SpecError) as raised:
            files.read(BY_HAND.replace('"numpy"', f'"numpy"\n{added}'))
        assert raised.value.problem.startswith(f"Line 6, {key}: ")
    with pytest.raises(SpecError, match=r"Line 15, run\[0\]\.training\.precision \(mine\): NumPy"):
        files.read(BY_HAND.replace("epochs = 2", 'epochs = 2\nprecision = "bfloat16"'))


def test_a_run_that_continues_another_cannot_be_shared() -> None:
    run: RunSpec = replace(DEEP, continued_from=ContinuedFrom("20260101-000000-abcd", "numpy", 938))
    with pytest.raises(SpecError, match="checkpoint of another"):
        files.write([run])


def test_a_file_of_format_3_is_understood_for_ever() -> None:
    """What today's keys are called, in the words of then."""
    text = files.write([replace(run_spec(RECIPES["wide-cnn"]), known_bugs=("double-softmax",))])
    old = (
        text.replace(f"format = {RUN_VERSION}", "format = 3")
        .replace("known_bugs", "faults")
        .replace("optimizer", "optimiser")
        .replace('"shared"', '"neutral"')
        .replace("own_images", "personal")
    )
    assert old != text
    assert files.read(old) == files.read(text)


HOSTILE = {
    "one key": ".".join("a" * 40_000) + " = 1",
    "quoted": '."a"'.join(["b"] * 20_000) + " = 1",
    "header": "[" + ".".join("a" * 40_000) + "]",
    "spaces": " \t. ".join("a" * 30_000) + " = 1",
    "inline": "a = {" + ".".join("a" * 40_000) + " = 1}",
    "after a text": 'a = {b = """x""""", ' + ".".join("a" * 40_000) + " = 1}",
    "digits": "format = " + "9" * 5_000,
    "hexadecimal": "format = 0x" + "f" * 50_000,
    "exponent": "format = 1e" + "9" * 100_000,
    "dots and quotes": '"""\\' * 200_000,
    "one word": "a" * 900_000,
    "brackets": "a = " + "[" * 900_000,
    "backslashes": '"\\' * 400_000,
}


@pytest.mark.timeout(20)
@pytest.mark.parametrize("name", HOSTILE)
def test_no_text_takes_time_by_the_square_of_its_length(name: str) -> None:
    # 80 KB with one key of 40,000 dots took tomllib 15 seconds.
    for read in (files.read, experiment_files.read):
        with pytest.raises(SpecError) as caught:
            read(HOSTILE[name])
        assert len(str(caught.value)) < 300


def test_long_texts_and_comments_may_have_dots_and_digits() -> None:
    dots, digits = "a." * 5_000, "9" * 5_000
    for text in (f'"{dots}{digits}"', f"'{dots}'", f'"""{digits}\\"{dots}"""', f"'''{dots}'''"):
        assert files.parsed(f"a = {text} # {dots} {digits}\n")
    assert files.parsed("a.b = 0.5") == {"a": {"b": 0.5}}


def test_a_web_page_is_told() -> None:
    with pytest.raises(SpecError, match="a web page"):
        files.read("<!DOCTYPE html>\n<title>Sign in</title>")
