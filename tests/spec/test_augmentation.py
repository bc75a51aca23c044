import math

import pytest

from mnist_studio.errors import SpecError
from mnist_studio.spec import augmentation
from mnist_studio.spec.augmentation import Augmentation


def test_leaves_everything_out_unless_told_otherwise() -> None:
    augmentation.check(Augmentation())
    assert Augmentation(rotation=10).zoom == 0


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        (Augmentation(rotation=-1), "Rotation must be"),
        (Augmentation(zoom=1), "Scaling must be"),
        (Augmentation(shift=math.inf), "Shift must be"),
        (Augmentation(shear=math.nan), "Shear must be"),
        (Augmentation(elastic=20), "Elastic distortion must be"),
        (Augmentation(smoothness=0), "Smoothness .* must be"),
    ],
)
def test_limits_that_cannot_work_are_refused(wrong: Augmentation, why: str) -> None:
    with pytest.raises(SpecError, match=why) as raised:
        augmentation.check(wrong)
    assert "Correct the augmentation" in raised.value.remedy
