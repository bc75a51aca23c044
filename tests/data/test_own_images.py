import numpy as np
import pytest

from mnist_studio.data.ink.rendering import InkPoint, digit_image
from mnist_studio.data.own_images import MOST_POINTS, OwnImage, labeled_images, of_ink, of_picture
from mnist_studio.errors import PictureError, UsageError

ONE = ((InkPoint(0.5, 0.1, 0.0, 0.4), InkPoint(0.45, 0.9, 0.3, 0.6)),)


def test_a_drawing_goes_through_the_recipe_again() -> None:
    digit = of_ink(ONE, 1, 5.0)
    assert np.array_equal(digit.image, digit_image(digit.ink))
    assert (digit.label, digit.created, digit.picture) == (1, 5.0, b"")
    assert digit.ink[0][1] == InkPoint(0.45, 0.9, 0.3, 0.6)


def test_a_picture_stays_unchanged() -> None:
    image = np.zeros((28, 28), dtype=np.uint8)
    image[4:24, 13:15] = 200
    assert np.array_equal(of_picture(image, 1, 0.0).image, image)


def test_the_same_content_is_the_same_digit_whatever_its_label_and_time() -> None:
    later = tuple(tuple(point._replace(time=point.time + 9) for point in stroke) for stroke in ONE)
    assert of_ink(ONE, 1, 5.0).key == of_ink((*later, ()), 7, 6.0).key
    assert of_ink(ONE, 1, 5.0).key != of_ink(ONE[:1] + ONE, 1, 5.0).key


def test_odd_pressures_and_times_count_as_unknown() -> None:
    (stroke,) = of_ink(((InkPoint(0, 0, float("inf"), float("nan")),),), 1, 0.0).ink
    assert stroke == (InkPoint(0, 0, 0.0, 0.5),)


@pytest.mark.parametrize(
    "ink",
    [
        (),
        ((),),
        ((InkPoint(float("nan"), 0),),),
        ((InkPoint(1e300, 0),),),
        ((InkPoint(0, 0),) * (MOST_POINTS + 1),),
    ],
)
def test_what_is_no_drawing_is_refused(ink: tuple[tuple[InkPoint, ...], ...]) -> None:
    with pytest.raises(PictureError):
        of_ink(ink, 1, 0.0)


def test_a_blank_picture_and_a_label_beyond_nine_are_refused() -> None:
    with pytest.raises(PictureError, match="empty"):
        of_picture(np.zeros((28, 28), dtype=np.uint8), 1, 0.0)
    with pytest.raises(UsageError, match="got 10"):
        of_ink(ONE, 10, 0.0)


def test_digits_as_arrays_keep_their_order() -> None:
    digits: list[OwnImage] = [of_ink(ONE, 1, 0.0), of_ink((ONE[0][:1],), 0, 0.0)]
    found = labeled_images(digits)
    assert found.labels.tolist() == [1, 0]
    assert np.array_equal(found.images[1], digits[1].image)
    assert labeled_images([]).images.shape == (0, 28, 28)
