"""Whether models are right about a digit whose label is known. No Qt."""

from collections.abc import Sequence

from mnist_studio.data.datasets.examples import Example


def truth(example: Example, answers: Sequence[Sequence[float]]) -> str:
    """What it is and how many models are wrong, in two sentences.

    Args:
        example: what all models were asked about.
        answers: of every model that has answered, ten probabilities.
    """
    said = [max(range(10), key=chances.__getitem__) for chances in answers]
    if not said:
        return f"{example.told}."
    wrong = sum(digit != example.label for digit in said)
    return f"{example.told}. {_right(len(said), wrong)}."


def _right(count: int, wrong: int) -> str:
    if wrong not in (0, count):
        return f"{wrong} of {count} models {'is' if wrong == 1 else 'are'} wrong"
    verdict = "wrong" if wrong else "right"
    if count == 1:
        return f"The model is {verdict}"
    return f"{'Both' if count == 2 else f'All {count}'} models are {verdict}"
