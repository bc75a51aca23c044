"""Figures of views as people read them; all of the studio writes them alike."""

from mnist_studio.analysis.figures import axis_title, scale, text

__all__ = ["axis_title", "scale", "text"]
