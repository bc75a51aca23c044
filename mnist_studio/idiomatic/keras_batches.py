"""Digits and batches of a Keras program."""

from collections.abc import Iterator

from mnist_studio.idiomatic import common
from mnist_studio.idiomatic.program import Cell, block
from mnist_studio.spec.run import TrainingSpec

DIGITS = '''\
def load_digits(data=None):
    """Images (n, 28, 28, 1) of levels 0-255 and labels (n,), to train and to test."""
    if data is None:
        (x_train, y_train), (x_test, y_test) = keras.datasets.mnist.load_data()
    else:
        with np.load(Path(data) / "mnist.npz") as archive:
            x_train, y_train = archive["x_train"], archive["y_train"]
            x_test, y_test = archive["x_test"], archive["y_test"]
    x_train, x_test = np.expand_dims(x_train, -1), np.expand_dims(x_test, -1)
    return (x_train, y_train), (x_test, y_test)'''


_DRAWN = '''\
class RandomBatches(keras.utils.PyDataset):
    """Batches drawn with replacement."""

    def __init__(self, x, y):
        super().__init__()
        self.x, self.y = x, y
        self.rng = np.random.default_rng(SEED)

    def __len__(self):
        return {steps}

    def __getitem__(self, index):
        chosen = self.rng.integers(len(self.x), size=BATCH_SIZE)
        return self.x[chosen], self.y[chosen]'''


def batches(training: TrainingSpec) -> Iterator[Cell]:
    """Batches that ``fit`` does not make by itself."""
    if training.sampling == "with_replacement":
        whole = "int(np.ceil(len(self.x) / BATCH_SIZE))"
        steps = "STEPS_PER_EPOCH" if training.epoch_steps else whole
        yield Cell("Batches", _DRAWN.format(steps=steps))
    elif common.amid_pass(training):
        yield Cell("Batches", _dataset(training))


def _dataset(training: TrainingSpec) -> str:
    lines = ["digits = tf.data.Dataset.from_tensor_slices((x, y))"]
    if common.is_full_batch(training):
        lines.append("return digits.batch(len(x)).cache().repeat()")
    elif training.sampling == "stored":
        lines.append("return digits.batch(BATCH_SIZE).repeat()")
    else:
        lines.append("return digits.shuffle(len(x)).batch(BATCH_SIZE).repeat()")
    head = 'def endless(x, y):\n    """Batches without end, pass after pass."""\n'
    return head + block(lines)
