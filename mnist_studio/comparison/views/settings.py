"""The view of settings: only what differs."""

from mnist_studio.analysis.settings_diff import differences
from mnist_studio.analysis.view import Column, Row, Table, View
from mnist_studio.comparison.options import ViewOptions
from mnist_studio.comparison.run_data import RunData
from mnist_studio.comparison.views import notes
from mnist_studio.comparison.views.catalog import title_of
from mnist_studio.formatting import counted

_LEFT_OUT = ("training.seed",)
"""What runs of a group differ in has a row of its own."""


def settings(run_data: RunData, options: ViewOptions) -> View:
    """A row for every setting that differs, a column for every group."""
    groups = run_data.groups
    found = [
        setting
        for setting in differences([group.spec for group in groups])
        if setting.path not in _LEFT_OUT
    ]
    seeds = tuple(", ".join(map(str, group.seeds)) for group in groups)
    columns = (Column("Setting"), *(Column(group.title) for group in groups))
    rows = (
        *(Row("", (setting.path, *setting.values)) for setting in found),
        Row("", ("seeds", *seeds)),
    )
    told = f"The models differ in {counted(len(found), 'setting')}."
    alone = "The runs differ in nothing but their seed."
    return View(
        "settings", title_of("settings"), told if found else alone, (), Table(columns, rows),
        notes.of_all(run_data),
    )  # fmt: skip
