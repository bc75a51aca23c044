import numpy as np

from mnist_studio.data.pipeline.randomness import Purpose, generator, permutation, random_bytes

BYTES = [43, 108, 186, 234, 246, 62, 238, 189]
ORDER = [5, 2, 3, 7, 4, 6, 9, 8, 0, 1]
UNIFORM = [0.92836098800649, -0.35687229550886035]


def test_repeated_calls_give_the_same_numbers() -> None:
    for purpose in Purpose:
        once, again = (random_bytes(42, purpose, 3, 1, 100) for _ in range(2))
        assert (once == again).all()
        assert generator(42, purpose, 3).random() == generator(42, purpose, 3).random()


def test_purpose_seed_step_and_part_each_change_the_numbers() -> None:
    streams = {
        random_bytes(*key, 64).tobytes()
        for key in (
            (42, Purpose.DROPOUT, 0, 0),
            (43, Purpose.DROPOUT, 0, 0),
            (42, Purpose.VALIDATION, 0, 0),
            (42, Purpose.DROPOUT, 1, 0),
            (42, Purpose.DROPOUT, 0, 1),
        )
    }
    assert len(streams) == 5


def test_a_prefix_does_not_depend_on_the_count() -> None:
    few, many = (random_bytes(7, Purpose.DROPOUT, 5, 2, count) for count in (13, 4096))
    assert (few == many[:13]).all()


def test_the_largest_seed_works() -> None:
    assert len(random_bytes(2**63 - 1, Purpose.DROPOUT, 2**40, 9, 5)) == 5


def test_the_streams_are_pinned() -> None:
    assert random_bytes(42, Purpose.DROPOUT, 7, 1, 8).tolist() == BYTES
    assert permutation(42, Purpose.BATCH_ORDER, 1, 10).tolist() == ORDER
    drawn = generator(42, Purpose.WEIGHTS, part=2).uniform(-1, 1, 2)
    np.testing.assert_allclose(drawn, UNIFORM, rtol=0, atol=1e-15)


def test_bytes_are_evenly_spread() -> None:
    counts = np.bincount(random_bytes(1, Purpose.DROPOUT, 0, 0, 256 * 400), minlength=256)
    chi_square = ((counts - 400) ** 2 / 400).sum()
    # 255 degrees of freedom: mean 255, standard deviation 22.6.
    assert 150 < chi_square < 360
