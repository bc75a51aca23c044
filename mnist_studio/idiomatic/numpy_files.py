"""How a NumPy program reads MNIST's files."""

READ = '''\
def read_idx(folder, name):
    """The array of one IDX file, gzipped or not, in the folder or below it."""
    found = sorted(Path(folder).rglob(f"{name}*"))
    if not found:
        raise SystemExit(f"There is no {name} in {folder}: see --help.")
    opened = gzip.open if found[0].suffix == ".gz" else open
    with opened(found[0], "rb") as file:
        content = file.read()
    # Two zero bytes, the type (8: bytes), the number of dimensions, then each of them.
    dimensions = content[3]
    shape = np.frombuffer(content, ">u4", dimensions, offset=4)
    return np.frombuffer(content, np.uint8, offset=4 + 4 * dimensions).reshape(shape)


def load_digits(folder):
    """Images (n, 28, 28) and labels (n,), to train and to test."""
    return [
        (
            read_idx(folder, f"{part}-images-idx3-ubyte"),
            read_idx(folder, f"{part}-labels-idx1-ubyte"),
        )
        for part in ("train", "t10k")
    ]'''
