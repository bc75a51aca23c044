"""Clipping and optimisers of a NumPy program; the equations stand in ``spec.optimizers``."""

from collections.abc import Iterator

from mnist_studio.idiomatic.program import block, bracketed, number
from mnist_studio.spec.optimizers import Adadelta, Adam, Optimizer, RmsProp, Sgd, slot_names
from mnist_studio.spec.run import ClipNorm, ClipValue, TrainingSpec


def state(optimiser: Optimizer) -> str:
    """The expression of all that an optimiser remembers, at the start."""
    zeros = "{name: np.zeros_like(w) for name, w in p.items()}"
    slots = [f'"{slot}": {zeros}' for slot in slot_names(optimiser)]
    counted = ['"step": 0'] if isinstance(optimiser, Adam) else []
    return bracketed("{", [*counted, *slots], "}", indent=1)


def update(training: TrainingSpec) -> str:
    """The function that changes the weights."""
    lines = [*_clip(training), *_before(training.optimizer), "for name, g in gradients.items():"]
    body = block(_each(training.optimizer), 2)
    title = type(training.optimizer).__name__.replace("Sgd", "Gradient descent")
    return (
        "def update(p, gradients, state, rate):\n"
        f'    """{title.replace("RmsProp", "RMSprop")}: change every weight in place."""\n'
        f"{block(lines)}\n{body}"
    )


def _clip(training: TrainingSpec) -> Iterator[str]:
    match training.clip:
        case ClipNorm(limit=limit):
            yield "norm = np.sqrt(sum(float((g * g).sum()) for g in gradients.values()))"
            yield f"if norm > {number(limit)}:"
            yield f"    shrink = float({number(limit)} / norm)"
            yield "    gradients = {name: shrink * g for name, g in gradients.items()}"
        case ClipValue(limit=limit):
            high = number(limit)
            yield f"gradients = {{k: np.clip(g, -{high}, {high}) for k, g in gradients.items()}}"


def _before(optimiser: Optimizer) -> Iterator[str]:
    if isinstance(optimiser, Adam):
        yield 'state["step"] += 1'
        yield f'mean_part = 1 - {optimiser.beta1!r} ** state["step"]'
        yield f'square_part = 1 - {optimiser.beta2!r} ** state["step"]'


def _each(optimiser: Optimizer) -> Iterator[str]:
    match optimiser:
        case Sgd(momentum=momentum):
            if momentum:
                yield 'velocity = state["velocity"][name]'
                yield f"velocity[:] = {momentum!r} * velocity + g"
            yield f"p[name] -= rate * {'velocity' if momentum else 'g'}"
        case Adam(beta1=beta1, beta2=beta2, epsilon=epsilon):
            yield 'm, s = state["mean"][name], state["square"][name]'
            yield f"m[:] = {beta1!r} * m + (1 - {beta1!r}) * g"
            yield f"s[:] = {beta2!r} * s + (1 - {beta2!r}) * g**2"
            yield f"p[name] -= rate * (m / mean_part) / (np.sqrt(s / square_part) + {epsilon!r})"
        case Adadelta(rho=rho, epsilon=epsilon):
            yield 's, u = state["square"][name], state["update"][name]'
            yield f"s[:] = {rho!r} * s + (1 - {rho!r}) * g**2"
            yield f"change = np.sqrt(u + {epsilon!r}) / np.sqrt(s + {epsilon!r}) * g"
            yield f"u[:] = {rho!r} * u + (1 - {rho!r}) * change**2"
            yield "p[name] -= rate * change"
        case RmsProp(rho=rho, epsilon=epsilon, momentum=momentum):
            yield 's = state["square"][name]'
            yield f"s[:] = {rho!r} * s + (1 - {rho!r}) * g**2"
            yield f"change = g / (np.sqrt(s) + {epsilon!r})"
            if momentum:
                yield 'velocity = state["velocity"][name]'
                yield f"velocity[:] = {momentum!r} * velocity + change"
            yield f"p[name] -= rate * {'velocity' if momentum else 'change'}"
