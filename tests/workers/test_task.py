"""All tasks of the studio: their names lead to functions of the types that they declare."""

import json
import subprocess
import sys
from pathlib import Path

CODE = """
import json
from typing import get_args, get_type_hints
from mnist_studio.comparison.messages import COMPUTE_VIEWS
from mnist_studio.comparison.report.messages import WRITE_FILES
from mnist_studio.explanation.messages import EXPLAIN
from mnist_studio.parity.learner_messages import LEARN
from mnist_studio.prediction.export import EXPORT
from mnist_studio.prediction.messages import PREDICT
from mnist_studio.running.messages import TRAIN
from mnist_studio.workers.probe import FIND_DEVICES
from mnist_studio.workers.serve import load_task, request_type
found = {}
for task in (COMPUTE_VIEWS, WRITE_FILES, EXPLAIN, LEARN, EXPORT, PREDICT, TRAIN, FIND_DEVICES):
    kind = request_type(load_task(task.name))
    task.replies
    found[task.name.rpartition(".")[2]] = sorted(
        one.__name__ for one in get_args(kind) or (kind,)
    )
print(json.dumps(found))
"""


def test_every_task_can_be_loaded_by_its_name() -> None:
    done = subprocess.run(
        [sys.executable, "-c", CODE], cwd=Path(__file__).parents[2], capture_output=True,
        text=True, check=True,
    )  # fmt: skip
    assert json.loads(done.stdout) == {
        "ExplainTask": ["ExplainRequest"],
        "LearnerTask": ["BuildLearner", "CallMethod"],
        "LoadedModels": ["LoadModels", "Predict"],
        "compute_views": ["ComputeViews"],
        "find_devices": ["str"],
        "train": ["TrainRequest"],
        "write_files": ["DrawNetwork", "DrawViews", "WriteReport"],
        "write_model": ["ExportRequest"],
    }
