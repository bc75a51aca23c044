"""The digits of a PyTorch program: transforms, data sets and loaders."""

from collections.abc import Iterator

from mnist_studio.idiomatic import common
from mnist_studio.idiomatic.program import INDENT, block, bracketed, call, exploded, number
from mnist_studio.spec.augmentation import Augmentation
from mnist_studio.spec.model import Scaling
from mnist_studio.spec.run import RunSpec, TrainingSpec


def digits_function(run: RunSpec) -> str:
    """The function that loads the digits and makes loaders of them."""
    training = run.training
    changed = training.augmentation
    lines = [_compose("transform", (), run.model.scaling)]
    if changed:
        lines.append(_compose("augment", tuple(_augment(changed)), run.model.scaling))
    name = "augment" if changed else "transform"
    lines += [
        _dataset("train_set", "True", name),
        _dataset("test_set", "False", "transform"),
        *_apart(training),
        *_train_loader(training),
        "test_loader = DataLoader(test_set, batch_size=1000)",
    ]
    loaders = ["train_loader", "test_loader"]
    if training.validation:
        lines.append("validation_loader = DataLoader(validation_set, batch_size=1000)")
        loaders.insert(1, "validation_loader")
    returned = f"return {', '.join(loaders)}"
    head = 'def load_digits(data):\n    """MNIST in batches; downloaded where it is missing."""\n'
    return head + block([*lines, returned])


def _compose(name: str, changes: tuple[str, ...], scaling: Scaling) -> str:
    steps = [*changes, "transforms.ToTensor()"]
    if scaling != Scaling():
        mean, deviation = number(scaling.mean), number(scaling.deviation)
        steps.append(f"transforms.Normalize(({mean},), ({deviation},))")
    if len(steps) == 1:
        return f"{name} = {steps[0]}"
    line = bracketed(f"{name} = transforms.Compose([", steps, "])", indent=1)
    if "\n" not in line:
        return line
    inner = INDENT * 2
    listed = exploded("[", steps, "]", indent=2)
    return f"{name} = transforms.Compose(\n{inner}{listed}\n{INDENT})"


def _augment(change: Augmentation) -> Iterator[str]:
    """The random changes of torchvision; each draws evenly within the limits."""
    affine = [f"degrees={change.rotation:g}"]
    if change.shift:
        part = common.rounded(change.shift / 28)
        affine.append(f"translate=({part}, {part})")
    if change.zoom:
        low, high = common.rounded(1 - change.zoom), common.rounded(1 + change.zoom)
        affine.append(f"scale=({low}, {high})")
    if change.shear:
        affine.append(f"shear={change.shear:g}")
    if change.rotation or len(affine) > 1:
        affine.append("interpolation=transforms.InterpolationMode.BILINEAR")
        yield call("transforms.RandomAffine", *affine, indent=3)
    if change.elastic:
        alpha = common.rounded(_alpha(change))
        sigma = common.rounded(change.smoothness)
        yield f"transforms.ElasticTransform(alpha={alpha}, sigma={sigma})"


def _alpha(change: Augmentation) -> float:
    """ElasticTransform's factor whose longest displacement is about ``elastic`` pixels.

    Even noise smoothed by a Gaussian of deviation s has the deviation 1 / sqrt(3) / (2 sqrt(pi) s);
    of a digit's field the longest is about three of them; half of alpha times it are pixels.
    """
    deviation = 0.5774 / (3.5449 * change.smoothness)
    return 2 * change.elastic / (3 * deviation)


def _dataset(name: str, train: str, transform: str) -> str:
    options = (f"train={train}", "download=True", f"transform={transform}")
    return call(f"{name} = datasets.MNIST", "data", *options, indent=1)


def _apart(training: TrainingSpec) -> Iterator[str]:
    if not training.validation:
        return
    if not training.augmentation:
        sizes = "[len(train_set) - VALIDATION, VALIDATION]"
        line = f"train_set, validation_set = random_split(train_set, {sizes})"
        if len(line) + 4 <= 88:
            yield line
        else:
            yield f"train_set, validation_set = random_split(\n        train_set, {sizes}\n    )"
        return
    yield _dataset("unchanged_set", "True", "transform")
    yield "order = torch.randperm(len(train_set)).tolist()"
    yield "train_set = Subset(train_set, order[VALIDATION:])"
    yield "validation_set = Subset(unchanged_set, order[:VALIDATION])"


def _train_loader(training: TrainingSpec) -> Iterator[str]:
    name = "train_loader = DataLoader"
    if common.is_full_batch(training):
        yield f"{name}(train_set, batch_size=len(train_set))"
        if not training.augmentation:
            yield "# It holds one batch, the same in every step: it is made only once."
            yield "train_loader = [next(iter(train_loader))]"
    elif training.sampling == "with_replacement":
        steps = "STEPS_PER_EPOCH"
        if not training.epoch_steps:
            steps = "steps"
            yield "steps = math.ceil(len(train_set) / BATCH_SIZE)"
        samples = f"num_samples={steps} * BATCH_SIZE"
        yield call("sampler = RandomSampler", "train_set", "replacement=True", samples, indent=1)
        yield f"{name}(train_set, batch_size=BATCH_SIZE, sampler=sampler)"
    elif training.sampling == "stored":
        yield "# In the order of the file, in every epoch."
        yield f"{name}(train_set, batch_size=BATCH_SIZE)"
    else:
        yield f"{name}(train_set, batch_size=BATCH_SIZE, shuffle=True)"


ENDLESS = '''\
def endless(loader):
    """Batches without end, pass after pass."""
    while True:
        yield from loader'''
