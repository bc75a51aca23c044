"""What a map, an ablation, or the images of a unit show, in words for every surface."""

from collections.abc import Sequence

from mnist_studio.explanation.understanding import Ablation, UnitImages
from mnist_studio.formatting import confidence, count, percent, percentage_points
from mnist_studio.spec.run import DIGITS

DRAWING = "your drawing"


def plane_words(explained: float) -> str:
    """Where the images of a map of PCA are, and how much of their differences it keeps."""
    return (
        "in the plane of the two principal components (PCA), which keeps "
        f"{percent(explained)} of the variance"
    )


def map_caption(images: int, dataset: str, layer: str, explained: float, wrong: int) -> str:
    """What a map of PCA without a drawing shows.

    Args:
        images: their number.
        dataset: its title.
        layer: whose outputs are projected.
        explained: share of the variance that the plane keeps, from 0 to 1.
        wrong: number of misclassified images.
    """
    return (
        f"The first {count(images)} test images of {dataset} by their outputs of {layer}, "
        f"{plane_words(explained)}. Images near each other are similar to the network. "
        f"Rings: {count(wrong)} misclassified."
    )


def ablation_sentence(
    found: Ablation, image: str = DRAWING, class_names: Sequence[str] = DIGITS
) -> str:
    """What the change does to the accuracy and to the prediction for an image.

    Args:
        found: the ablation.
        image: what the image is called.
        class_names: of the model.
    """
    images = f"the first {count(found.count)} test images of {found.dataset}"
    if not found.layer and not found.noise:
        return (
            "Nothing is changed yet. Turn off a layer, or add noise to the kernels. "
            f"The whole network has an accuracy of {percent(found.before)} on {images}."
        )
    before, after = int(found.drawing_before.argmax()), int(found.drawing_after.argmax())
    same = "stays" if before == after else f"changes from {class_names[before]} to"
    chance = confidence(float(found.drawing_after[after]))
    return (
        f"{_change(found)}: accuracy {percent(found.after)} instead of {percent(found.before)} "
        f"({percentage_points(found.after - found.before, signed=True)}) on {images}. "
        f"The prediction for {image} {same} {class_names[after]}, with {chance} confidence."
    )


def unit_sentence(found: UnitImages, image: str = DRAWING) -> str:
    """What the unit does with an image, and what was compared."""
    return (
        f"Activation of unit {found.unit + 1} of {found.layer} for {image}: {found.drawing:.3g}. "
        f"Its mean over the first {count(found.count)} test images of {found.dataset} is "
        f"{found.mean:.3g}. A channel counts with its largest value."
    )


def _change(found: Ablation) -> str:
    noise = f"noise of {100 * found.noise:.0f} % on all kernels" if found.noise else ""
    if not found.layer:
        return noise.capitalize()
    unit = f"Unit {found.unit + 1} of {found.layer}" if found.unit >= 0 else found.layer
    return f"{unit} outputs 0{f', with {noise}' if noise else ''}"
