"""Photos of paper in uneven light, and pictures that nobody should have made."""

import io

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from PIL import Image

from mnist_studio.data.ink.rendering import Ink, InkPoint, digit_image
from mnist_studio.data.pictures.files import digits_from_levels, open_digits
from mnist_studio.data.pictures.paper import ink_of
from mnist_studio.errors import PictureError
from tests.data.pictures.photos import photo


def path(*places: tuple[float, float]) -> Ink:
    return (tuple(InkPoint(*place) for place in places),)


SEVEN = path((0.2, 0.1), (0.8, 0.1), (0.45, 0.9))
ONE = path((0.5, 0.1), (0.48, 0.5), (0.45, 0.9))
TWO = path((0.2, 0.3), (0.5, 0.1), (0.75, 0.35), (0.2, 0.9), (0.8, 0.9))


@pytest.mark.parametrize("seed", range(20))
def test_a_photo_gives_the_digits_that_were_written(seed: int) -> None:
    inks = (SEVEN, ONE, TWO)
    found = digits_from_levels(photo(inks, seed))
    assert len(found) == 3
    for image, ink in zip(found, inks, strict=True):
        clean = digit_image(ink).astype(float).ravel()
        assert np.corrcoef(image.astype(float).ravel(), clean)[0, 1] > 0.7


@pytest.mark.parametrize("light", [(0.0, 1.0), (0.4, 1.0), (0.7, 1.0), (0.5, 0.0)])
@pytest.mark.parametrize("noise", [0.0, 0.012])
def test_uneven_light_on_blank_paper_is_blank(light: tuple[float, float], noise: float) -> None:
    ramp = np.tile(np.linspace(*light, 400), (400, 1))
    seen = ramp + np.random.default_rng(1).normal(0, noise, ramp.shape)
    for paper in (seen, seen.T):
        with pytest.raises(PictureError):
            digits_from_levels((np.clip(paper, 0, 1) * 255).astype(np.uint8))


def test_a_stroke_along_the_frame_of_a_photo_is_ink() -> None:
    shaded = np.tile(np.linspace(0.5, 0.9, 400, dtype=np.float32), (400, 1))
    shaded[60:340, 2:30] *= 0.3
    found = ink_of(shaded) > 0
    assert found[70:330, 4:28].all()
    assert not found[:, 60:].any()


@given(
    arrays(np.uint8, st.tuples(st.integers(1, 90), st.integers(1, 90))),
    st.sampled_from(["L", "RGB", "RGBA", "LA", "P", "1", "CMYK", "I;16", "F"]),
    st.sampled_from(["TIFF", "PNG"]),
)
def test_any_picture_yields_digits_or_an_error(levels: np.ndarray, mode: str, kind: str) -> None:
    plain = Image.fromarray(levels)
    made = plain.convert("I").convert("I;16") if mode == "I;16" else plain.convert(mode)
    content = io.BytesIO()
    made.save(content, "TIFF" if mode in ("CMYK", "F") else kind)
    content.seek(0)
    try:
        assert open_digits(content).shape[1:] == (28, 28)
    except PictureError:
        return


@given(st.binary(max_size=300))
def test_any_bytes_yield_digits_or_an_error(content: bytes) -> None:
    with pytest.raises(PictureError):
        open_digits(io.BytesIO(content))
