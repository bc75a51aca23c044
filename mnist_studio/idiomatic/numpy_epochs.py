"""Batches, rates and the loop over an epoch of a NumPy program."""

from collections.abc import Iterator

from mnist_studio.idiomatic import common
from mnist_studio.idiomatic.program import Cell, block, call
from mnist_studio.spec.layers import BatchNorm, Dropout
from mnist_studio.spec.model import ModelSpec
from mnist_studio.spec.run import RunSpec, TrainingSpec
from mnist_studio.spec.schedules import Constant, Exponential, OneCycle, Plateau


def needs_rng(model: ModelSpec) -> bool:
    """Whether the network works otherwise while it is trained."""
    return any(isinstance(layer, Dropout | BatchNorm) for layer in model.layers)


def batches(training: TrainingSpec) -> str:
    """The generator of batches."""
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
    if common.amid_pass(training):
        lines = ["while True:", *(f"    {line}" for line in lines)]
        what = f"without end, {what}"
    head = f'def batches(rng, count):\n    """The places of the digits of each batch, {what}."""\n'
    return head + block(lines)


def one_cycle(training: TrainingSpec) -> Iterator[Cell]:
    """The one-cycle schedule, where it is wanted."""
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


def counted(training: TrainingSpec) -> Iterator[str]:
    """What is counted over the whole run."""
    if common.amid_pass(training):
        yield "endless = batches(rng, len(labels))"
    if common.by_step(training):
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


def epoch(run: RunSpec) -> Iterator[str]:
    """The lines of the loop over an epoch."""
    training = run.training
    endless = common.amid_pass(training)
    drawn = "itertools.islice(endless, STEPS_PER_EPOCH)"
    chosen = "rng" if needs_rng(run.model) or training.augmentation else ""
    arguments = ["p", "state", "images[batch]", "labels[batch]", "rate", *([chosen] * bool(chosen))]
    yield "total_loss, correct, count = 0.0, 0, 0"
    rate = _rate(training)
    if rate and not common.by_step(training):
        yield f"rate = {rate}"
    yield f"for batch in {drawn if endless else 'batches(rng, len(labels))'}:"
    if common.by_step(training):
        yield f"    rate = {rate}"
    yield "    " + call("loss, right = train_step", *arguments, indent=3)
    if common.by_step(training):
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
