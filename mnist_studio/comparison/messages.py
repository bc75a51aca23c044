"""What a parent and the child that computes views tell each other: MessagePack."""

import msgspec

from mnist_studio.analysis.view import View
from mnist_studio.comparison.options import ViewOptions
from mnist_studio.comparison.selection import Selection


class Wanted(msgspec.Struct, frozen=True):
    """Views that the child shall compute.

    Attributes:
        chosen: of these runs.
        names: of the views.
        options: that the user set.
        data: folder of digits named by the user; empty for the usual places.
    """

    chosen: Selection
    names: tuple[str, ...]
    options: ViewOptions
    data: str = ""


class Made(msgspec.Struct, frozen=True, tag=True):
    """A view."""

    view: View


class Refused(msgspec.Struct, frozen=True, tag=True):
    """A view that these runs do not have.

    Attributes:
        name: of the view.
        title: of it.
        problem: why not.
        remedy: what to do.
    """

    name: str
    title: str
    problem: str
    remedy: str


class Broken(msgspec.Struct, frozen=True, tag=True):
    """The child could not do it at all, and why."""

    reason: str


Answer = Made | Refused
FromViews = Made | Refused | Broken

from_views: msgspec.msgpack.Decoder[FromViews] = msgspec.msgpack.Decoder(FromViews)
wanted: msgspec.msgpack.Decoder[Wanted] = msgspec.msgpack.Decoder(Wanted)
encode = msgspec.msgpack.encode
