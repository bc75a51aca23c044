"""A RunSpec as the script or notebook that a framework's documentation would have one write.

Text in, text out: nothing here imports a framework.
"""

from mnist_studio.idiomatic.writing import notebook, problems, script

__all__ = ["notebook", "problems", "script"]
