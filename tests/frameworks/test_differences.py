from pathlib import Path

from mnist_studio.frameworks.differences import DIFFERENCES

DOCUMENT = Path(__file__).parents[2] / "docs" / "parity.md"


def test_the_document_has_the_table() -> None:
    text = DOCUMENT.read_text("utf-8")
    rows = [
        f"| {each.topic} | {each.pytorch} | {each.keras} | {each.setting} |" for each in DIFFERENCES
    ]
    assert "\n".join(rows) in text


def test_topics_are_named_once_and_every_cell_says_something() -> None:
    topics = [each.topic for each in DIFFERENCES]
    assert len(set(topics)) == len(topics)
    for each in DIFFERENCES:
        assert all((each.topic, each.pytorch, each.keras, each.setting))
        assert "|" not in each.topic + each.pytorch + each.keras + each.setting
