from mnist_studio.gui.services import glossary
from mnist_studio.gui.services.glossary import LONGEST, Term, parse, terms


def test_it_reads_names_aliases_and_meanings() -> None:
    text = "- **Epoch** (epochs, pass): One pass\n  over all images.\n- **Bias**: A number.\n"
    assert parse(text) == (
        Term("Epoch", ("epochs", "pass"), "One pass over all images."),
        Term("Bias", (), "A number."),
    )


def test_every_term_is_listed_once_in_order_with_plain_sentences() -> None:
    names = [term.name for term in terms()]
    assert len(names) > 60
    assert names == sorted(names, key=str.casefold)
    every = [name.casefold() for term in terms() for name in (term.name, *term.aliases)]
    assert len(every) == len(set(every))
    assert max(map(len, every)) <= LONGEST
    for term in terms():
        assert term.meaning.endswith("."), term.name
        for sentence in term.meaning.removesuffix(".").split(". "):
            assert len(sentence.split()) <= 22, sentence


def test_a_meaning_is_found_by_any_name() -> None:
    assert glossary.meaning("Epochs") == glossary.meaning("epoch") != ""
    assert glossary.meaning("no such word") == ""
