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
        (Augmentation(rotation=-1), "rotation is -1"),
        (Augmentation(zoom=1), "zoom is 1"),
        (Augmentation(shift=math.inf), "shift is inf"),
        (Augmentation(shear=math.nan), "shear is nan"),
        (Augmentation(elastic=20), "elastic is 20"),
        (Augmentation(smoothness=0), "smoothness is 0"),
    ],
)
def test_limits_that_cannot_work_are_refused(wrong: Augmentation, why: str) -> None:
    with pytest.raises(SpecError, match=why) as raised:
        augmentation.check(wrong)
    assert "Choose a number from" in raised.value.remedy
