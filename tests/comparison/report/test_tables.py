"""Tables as lines of characters."""

from mnist_studio.analysis.view import Column, Row, Table
from mnist_studio.comparison.report import tables

TABLE = Table(
    (Column("Model"), *(Column(f"Seconds of part {n}", "seconds") for n in range(9))),
    (Row("a", ("a" * 60 + " end", *(float(n) for n in range(9)))), Row("b", ("b", *[None] * 9))),
)


def test_a_wide_table_comes_in_parts_with_their_names() -> None:
    lines = list(tables.lines(TABLE, 80))
    assert max(map(len, lines)) <= 80
    heads = [line for line in lines if line.startswith("Model")]
    assert len(heads) == lines.count("") + 1 > 1
    told = " ".join(lines)
    assert all(f"{n}.00 s" in told for n in range(9))
    assert "end" in told
