"""Parts of what notebooks show: cards, tables, and pictures, in the colors of reports."""

from base64 import b64encode
from collections.abc import Iterable, Sequence
from html import escape
from io import BytesIO

import numpy as np
from numpy.typing import NDArray

from mnist_studio.comparison.report.html_view import fragment
from mnist_studio.palette import LIGHT

SIDE = 84
"""Of a picture in pixels: three for each of its own."""


def card(title: str, facts: Iterable[tuple[str, str]], body: str = "", note: str = "") -> str:
    """A title, names with values, and what comes below.

    Args:
        title: text.
        facts: names and values, as text.
        body: HTML.
        note: text below the facts; empty for none.
    """
    known = "".join(f"<dt>{escape(name)}</dt><dd>{escape(value)}</dd>" for name, value in facts)
    note = f'<p class="note">{escape(note)}</p>' if note else ""
    return fragment(f"<section><h2>{escape(title)}</h2><dl>{known}</dl>{note}{body}</section>")


def table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table of HTML cells; the header is text."""
    head = "".join(f'<th scope="col">{escape(cell)}</th>' for cell in header)
    body = "".join(f"<tr>{''.join(f'<td>{cell}</td>' for cell in row)}</tr>" for row in rows)
    return (
        f'<div class="scroll"><table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>'
        f"</div>"
    )


def text_table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table of text; empty without rows."""
    cells = [[escape(cell) for cell in row] for row in rows]
    return table(header, cells) if cells else ""


def picture(image: NDArray[np.uint8], text: str) -> str:
    """An image (28, 28) of gray levels, with the text for those who do not see it."""
    return _picture(image, text)


def signed_picture(values: NDArray[np.float64], text: str) -> str:
    """Values (28, 28) around 0: blue in favor, red against, white at 0."""
    most = float(np.abs(values).max()) or 1.0
    share = (values / most)[..., np.newaxis]
    color = np.where(share > 0, _rgb(LIGHT.accent), _rgb(LIGHT.bad))
    shown = 255.0 + np.abs(share) * (color - 255.0)
    return _picture(shown.round().astype(np.uint8), text)


def _picture(pixels: NDArray[np.uint8], text: str) -> str:
    from PIL import Image

    file = BytesIO()
    Image.fromarray(pixels).save(file, "PNG")
    content = b64encode(file.getvalue()).decode()
    return (
        f'<img class="pixels" width="{SIDE}" height="{SIDE}" alt="{escape(text)}" '
        f'src="data:image/png;base64,{content}">'
    )


def _rgb(color: str) -> NDArray[np.float64]:
    return np.array([int(color[at : at + 2], 16) for at in (1, 3, 5)], dtype=np.float64)
