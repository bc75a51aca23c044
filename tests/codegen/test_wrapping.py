import pytest

from mnist_studio.codegen.wrapping import wrap

LONG = "a" * 40


@pytest.mark.parametrize(
    ("code", "wrapped"),
    [
        ("short(call, of, a_function)", "short(call, of, a_function)"),
        (f"a_function({LONG}, {LONG})", f"a_function(\n    {LONG}, {LONG}\n)"),
        (f"f({LONG}, {LONG}, {LONG})", f"f(\n    {LONG},\n    {LONG},\n    {LONG},\n)"),
        (f"x = ({LONG}, {LONG}, 1)", f"x = (\n    {LONG},\n    {LONG},\n    1,\n)"),
        (
            f'f({LONG}, "a, (b", {LONG}[1, 2], c)',
            f'f(\n    {LONG},\n    "a, (b",\n    {LONG}[1, 2],\n    c,\n)',
        ),
        (
            f"f(g({LONG}, {LONG}, {LONG}))",
            f"f(\n    g(\n        {LONG},\n        {LONG},\n        {LONG},\n    )\n)",
        ),
        (f"{LONG}{LONG}{LONG}", f"{LONG}{LONG}{LONG}"),
    ],
)
def test_long_lines_are_broken_at_brackets(code: str, wrapped: str) -> None:
    assert wrap(code) == wrapped


def test_docstrings_and_comments_stay() -> None:
    code = (
        f'def f():\n    """Text.\n\n    f({LONG}, {LONG}, {LONG})\n    """\n    # f({LONG}, {LONG})'
    )
    assert wrap(code) == code


def test_a_comprehension_is_one_item() -> None:
    content = f"g(a, b) for a, {LONG} in all_of_these_values"
    assert wrap(f"a_function({content})") == f"a_function(\n    {content}\n)"
