"""A run as one writes it with NumPy alone: every layer of just this network, by hand."""

from collections.abc import Iterator

from mnist_studio.idiomatic import common, numpy_layers
from mnist_studio.idiomatic.numpy_augment import augment
from mnist_studio.idiomatic.numpy_files import READ
from mnist_studio.idiomatic.numpy_update import state, update
from mnist_studio.idiomatic.program import Cell, Program, block, call, exploded, number
from mnist_studio.spec.layers import BatchNorm, Conv, Dense, Dropout, Initialiser
from mnist_studio.spec.model import LayerReport, ModelSpec, Scaling, describe, parameter_count
from mnist_studio.spec.run import RunSpec, TrainingSpec, storage
from mnist_studio.spec.schedules import Constant, Exponential, OneCycle, Plateau


def problems(run: RunSpec) -> tuple[str, ...]:
    """See ``idiomatic.problems``."""
    if run.training.precision == "bfloat16":
        return ("NumPy has no bfloat16; choose float32 or float64.",)
    return ()


def program(run: RunSpec) -> Program:
    """The program of a run, its faults' effects already in it."""
    training = run.training
    dtype = storage(training.precision)
    cells = (
        Cell("Digits", READ),
        Cell("Digits as inputs", _scaled(run.model.scaling, dtype)),
        *(
            [Cell("Random changes", augment(training.augmentation))]
            if training.augmentation
            else []
        ),
        Cell("First weights", _weights(run.model, dtype)),
        *numpy_layers.helpers(run.model),
        Cell("Forward", numpy_layers.forward(run.model)),
        Cell("Backward", numpy_layers.backward(run)),
        Cell("Loss", _loss(training)),
        Cell("Update", update(training)),
        Cell("Batches", _batches(training)),
        *_one_cycle(training),
        Cell("Train", _train_step(run)),
        Cell("Evaluate", _EVALUATE),
        common.REPORT,
        Cell("All of it", _main(run)),
    )
    constants = (*common.constants(run, training.seed), *common.one_cycle(training.schedule))
    return Program(tuple(_imports(run)), constants, cells, "folder of the four IDX files")


def _imports(run: RunSpec) -> Iterator[str]:
    yield "import gzip"
    if run.training.epoch_steps and run.training.sampling != "with_replacement":
        yield "import itertools"
    if isinstance(run.training.schedule, OneCycle):
        yield "import math"
    yield "from pathlib import Path\n\nimport numpy as np"
    if any(isinstance(layer, Conv) for layer in run.model.layers):
        yield "from numpy.lib.stride_tricks import sliding_window_view"


def needs_rng(model: ModelSpec) -> bool:
    """Whether the network works otherwise while it is trained."""
    return any(isinstance(layer, Dropout | BatchNorm) for layer in model.layers)


def _scaled(scaling: Scaling, dtype: str) -> str:
    lines = [f"x = images[..., np.newaxis].astype(np.{dtype}) / 255"]
    if scaling.deviation == 1 / 255 and not scaling.mean:
        lines = [f"return images[..., np.newaxis].astype(np.{dtype})"]
    elif scaling == Scaling():
        lines = [lines[0].replace("x =", "return")]
    else:
        mean, deviation = number(scaling.mean), number(scaling.deviation)
        lines.append(f"return (x - {mean}) / {deviation}")
    head = 'def scaled(images):\n    """Grey levels (n, 28, 28) as inputs (n, 28, 28, 1)."""\n'
    return head + block(lines)


def _weights(model: ModelSpec, dtype: str) -> str:
    items = [item for report in describe(model) for item in _drawn(report)]
    built = exploded("p = {", items, "}", indent=1)
    count = f"{parameter_count(model):,}"
    return (
        f'def build_model(rng):\n    """{count} parameters by their names."""\n    {built}\n'
        f"    return {{name: array.astype(np.{dtype}) for name, array in p.items()}}"
    )


def _drawn(report: LayerReport) -> Iterator[str]:
    layer = report.layer
    for name, shape in (report.arrays | report.statistics).items():
        initialiser: Initialiser = "zeros"
        if isinstance(layer, Dense | Conv):
            initialiser = layer.initial_bias if name.endswith("bias") else layer.initial
        if name.endswith(("scale", "variance")):
            yield f'"{name}": np.ones({_shape(shape)})'
        elif initialiser == "zeros":
            yield f'"{name}": np.zeros({_shape(shape)})'
        elif (bound := common.limit(initialiser, report)) is not None:
            limits = f"-{common.rounded(bound)}, {common.rounded(bound)}"
            yield f'"{name}": rng.uniform({limits}, {_shape(shape)})'
        else:
            deviation = common.rounded(common.he_deviation(report))
            yield f'"{name}": rng.normal(0, {deviation}, {_shape(shape)})'


def _shape(shape: tuple[int, ...]) -> str:
    return str(shape[0]) if len(shape) == 1 else f"({', '.join(map(str, shape))})"


def _loss(training: TrainingSpec) -> str:
    return _CROSS_ENTROPY + (_DOUBLE_SOFTMAX if training.loss == "double_softmax" else "")


_CROSS_ENTROPY = '''\
def cross_entropy(z, labels):
    """Mean loss -log softmax(z)[label] of logits z (n, 10), and its gradient by them."""
    rows = np.arange(len(labels))
    z = z - z.max(axis=1, keepdims=True)  # the same softmax, but nothing overflows
    total = np.exp(z).sum(axis=1, keepdims=True)
    loss = (np.log(total[:, 0]) - z[rows, labels]).mean()
    d = np.exp(z) / total
    d[rows, labels] -= 1
    return loss, d / len(labels)'''

_DOUBLE_SOFTMAX = '''


def double_softmax(z, labels):
    """The fault: the loss of softmax(z) in place of z."""
    e = np.exp(z - z.max(axis=1, keepdims=True))
    q = e / e.sum(axis=1, keepdims=True)
    loss, dq = cross_entropy(q, labels)
    return loss, q * (dq - (dq * q).sum(axis=1, keepdims=True))'''


def _batches(training: TrainingSpec) -> str:
    lines = ["for start in range(0, count, BATCH_SIZE):"]
    lines.append("    yield order[start : start + BATCH_SIZE]")
    if training.sampling == "with_replacement":
        steps = "STEPS_PER_EPOCH" if training.epoch_steps else "-(-count // BATCH_SIZE)"
        lines = [f"for _ in range({steps}):", "    yield rng.integers(count, size=BATCH_SIZE)"]
        what = "drawn with replacement"
    elif common.is_full_batch(training):
        lines, what = ["yield np.arange(count)"], "all digits at once"
    elif training.sampling == "stored":
        lines.insert(0, "order = np.arange(count)")
        what = "always in the order of the file"
    else:
        lines.insert(0, "order = rng.permutation(count)")
        what = "in a new order"
    if training.epoch_steps and training.sampling != "with_replacement":
        lines = ["while True:", *(f"    {line}" for line in lines)]
        what = f"without end, {what}"
    head = f'def batches(rng, count):\n    """The places of the digits of each batch, {what}."""\n'
    return head + block(lines)


def _one_cycle(training: TrainingSpec) -> Iterator[Cell]:
    if isinstance(training.schedule, OneCycle):
        yield Cell("Learning rate", _CYCLE)


_CYCLE = '''\
def one_cycle(step, steps):
    """Up to the rate and down again along two half cosines (Smith 2018)."""
    peak = WARMUP * steps - 1
    if peak > 0 and step <= peak:
        return half_cosine(START, LEARNING_RATE, step / peak)
    return half_cosine(LEARNING_RATE, END, (step - peak) / (steps - 1 - peak))


def half_cosine(start, end, part):
    """From start (part 0) to end (part 1)."""
    return end + (start - end) * (1 + math.cos(math.pi * part)) / 2'''


def _train_step(run: RunSpec) -> str:
    training = run.training
    rng = ", rng" if needs_rng(run.model) else ""
    drawn = ", rng" if rng or training.augmentation else ""
    images = "augment(images, rng)" if training.augmentation else "images"
    loss = training.loss
    return f'''\
def train_step(p, state, images, labels, rate{drawn}):
    """One update; the loss before it, and how many digits were answered rightly."""
    z, cache = forward(p, scaled({images}){rng})
    loss, d = {loss}(z, labels)
    update(p, backward(p, cache, d), state, rate)
    return loss, (z.argmax(axis=1) == labels).sum()'''


_EVALUATE = '''\
def evaluate(p, images, labels, size=1000):
    """Mean loss and accuracy."""
    parts = [
        forward(p, scaled(images[start : start + size]))[0]
        for start in range(0, len(images), size)
    ]
    z = np.concatenate(parts)
    return cross_entropy(z, labels)[0], (z.argmax(axis=1) == labels).mean()'''


def _main(run: RunSpec) -> str:
    training = run.training
    lines = [
        "rng = np.random.default_rng(SEED)",
        "(images, labels), (test_images, test_labels) = load_digits(data)",
        *_apart(training),
        "p = build_model(rng)",
        f"state = {state(training.optimiser)}",
        *_counted(training),
        "for epoch in range(1, epochs + 1):",
    ]
    head = (
        'def main(data="data", epochs=EPOCHS):\n    """Train, and evaluate after every epoch."""\n'
    )
    return f"{head}{block(lines)}\n{block(_epoch(run), 2)}\n    return p"


def _apart(training: TrainingSpec) -> Iterator[str]:
    if training.validation:
        yield "order = rng.permutation(len(labels))"
        yield "apart, order = order[:VALIDATION], order[VALIDATION:]"
        yield "validation_images, validation_labels = images[apart], labels[apart]"
        yield "images, labels = images[order], labels[order]"


def _by_step(training: TrainingSpec) -> bool:
    schedule = training.schedule
    by_period = isinstance(schedule, Exponential) and schedule.period > 0
    return by_period or isinstance(schedule, OneCycle)


def _counted(training: TrainingSpec) -> Iterator[str]:
    """What is counted over the whole run."""
    if training.epoch_steps and training.sampling != "with_replacement":
        yield "endless = batches(rng, len(labels))"
    if _by_step(training):
        yield "step = 0"
    match training.schedule:
        case OneCycle():
            whole = "-(-len(labels) // BATCH_SIZE)"
            if training.epoch_steps:
                whole = "STEPS_PER_EPOCH"
            elif common.is_full_batch(training):
                whole = "1"
            yield f"steps = epochs * {whole}"
        case Plateau():
            yield "rate, best, waited = LEARNING_RATE, -1.0, 0"


def _epoch(run: RunSpec) -> Iterator[str]:
    training = run.training
    endless = training.epoch_steps and training.sampling != "with_replacement"
    drawn = "itertools.islice(endless, STEPS_PER_EPOCH)"
    chosen = "rng" if needs_rng(run.model) or training.augmentation else ""
    arguments = ["p", "state", "images[batch]", "labels[batch]", "rate", *([chosen] * bool(chosen))]
    yield "total_loss, correct, count = 0.0, 0, 0"
    rate = _rate(training)
    if rate and not _by_step(training):
        yield f"rate = {rate}"
    yield f"for batch in {drawn if endless else 'batches(rng, len(labels))'}:"
    if _by_step(training):
        yield f"    rate = {rate}"
    yield "    " + call("loss, right = train_step", *arguments, indent=3)
    if _by_step(training):
        yield "    step += 1"
    yield "    total_loss += loss * len(batch)"
    yield "    correct += right"
    yield "    count += len(batch)"
    yield "trained = total_loss / count, correct / count"
    scores = ["training=trained"]
    if training.validation:
        yield "validated = evaluate(p, validation_images, validation_labels)"
        scores.append("validation=validated")
    yield "tested = evaluate(p, test_images, test_labels)"
    yield call("report", "epoch", "epochs", *scores, "test=tested", indent=2)
    if isinstance(training.schedule, Plateau):
        yield from _plateau(training.schedule)


def _rate(training: TrainingSpec) -> str:
    match training.schedule:
        case Constant():
            return "LEARNING_RATE"
        case Exponential(factor=factor, period=0):
            return f"LEARNING_RATE * {factor!r} ** (epoch - 1)"
        case Exponential(factor=factor, period=period):
            return f"LEARNING_RATE * {factor!r} ** (step / {period})"
        case OneCycle():
            return "one_cycle(step, steps)"
        case Plateau():
            return ""


def _plateau(plateau: Plateau) -> Iterator[str]:
    yield "waited = 0 if validated[1] > best else waited + 1"
    yield "best = max(best, validated[1])"
    yield f"if waited == {plateau.patience}:"
    lowest = f"{plateau.lowest!r} * LEARNING_RATE"
    yield f"    rate, waited = max({plateau.factor!r} * rate, {lowest}), 0"
