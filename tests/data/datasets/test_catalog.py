from mnist_studio.data.datasets.catalog import MNIST


def test_mnist_has_four_files_of_their_published_sizes() -> None:
    assert [file.size for file in MNIST.files] == [47_040_016, 60_008, 7_840_016, 10_008]
    assert MNIST.size == 54_950_048


def test_every_checksum_is_a_sha256() -> None:
    assert all(len(bytes.fromhex(file.sha256)) == 32 for file in MNIST.files)


def test_files_are_known_by_both_spellings_packed_or_not() -> None:
    assert MNIST.test_labels.spellings == (
        "t10k-labels-idx1-ubyte",
        "t10k-labels-idx1-ubyte.gz",
        "t10k-labels.idx1-ubyte",
        "t10k-labels.idx1-ubyte.gz",
    )


def test_mirrors_use_https() -> None:
    assert MNIST.mirrors
    assert all(mirror.startswith("https://") and mirror.endswith("/") for mirror in MNIST.mirrors)
