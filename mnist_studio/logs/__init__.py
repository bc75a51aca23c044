"""Runs as logs of other tools: TensorBoard, CSV, and JSON lines; see ``docs/logs.md``."""
