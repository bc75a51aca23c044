"""Makes ``digits.npz`` from the digits that scikit-learn ships. Only maintainers need it.

    python -m pip install scikit-learn -e .
    python resources/digits/make.py

scikit-learn's copy holds the test part of UCI's data set in UCI's order. The file gets

    originals (1797, 8, 8)   as published, 0-16
    images    (1797, 28, 28) what ``data.datasets.builtin.digit_image`` makes of them; stored, so
                             that nothing waits and every machine has the same bytes
    labels    (1797,)

all uint8. Run twice, the script gives the same file.
"""

import io
import zipfile
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from sklearn.datasets import load_digits

from mnist_studio.data.datasets.builtin import digit_image

TARGET = Path(__file__).with_name("digits.npz")
LONG_AGO = (1980, 1, 1, 0, 0, 0)


def main() -> None:
    """Writes the file to the folder of this script."""
    digits = load_digits()
    originals = digits.images.astype(np.uint8)
    arrays = {
        "originals": originals,
        "images": np.stack([digit_image(original) for original in originals]),
        "labels": digits.target.astype(np.uint8),
    }
    with zipfile.ZipFile(TARGET, "w") as archive:
        for name, array in arrays.items():
            entry = zipfile.ZipInfo(f"{name}.npy", LONG_AGO)
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, _npy(array), compresslevel=9)


def _npy(array: NDArray[np.uint8]) -> bytes:
    buffer = io.BytesIO()
    np.save(buffer, array, allow_pickle=False)
    return buffer.getvalue()


if __name__ == "__main__":
    main()
