"""The view of settings, limited to those that differ."""

from mnist_studio.analysis.view import Column, Row, Table, ViewContent
from mnist_studio.comparison.messages import ViewOptions
from mnist_studio.comparison.run_data import RunData
from mnist_studio.comparison.views import notes
from mnist_studio.formatting import counted
from mnist_studio.spec.run_settings import differences

_EXCLUDED = ("training.seed",)
"""The seeds of a group have a row of their own."""


def settings(run_data: RunData, options: ViewOptions) -> ViewContent:
    """One row per setting that differs, one column per group."""
    groups = run_data.all_groups
    found = [
        setting
        for setting in differences([group.spec for group in groups])
        if setting.path not in _EXCLUDED
    ]
    seeds = tuple(", ".join(map(str, dict.fromkeys(group.seeds))) for group in groups)
    columns = (Column("Setting"), *(Column(group.title) for group in groups))
    rows = [Row("", (setting.path, *setting.values)) for setting in found]
    if len(set(seeds)) > 1 or not found:
        rows.append(Row("", ("seeds", *seeds)))
    several = f"The models differ in {counted(len(found), 'setting')}."
    none = "The runs differ only in their seed."
    sentence = several if found else none
    return ViewContent(sentence, (), Table(columns, tuple(rows)), notes.of_all(run_data))
