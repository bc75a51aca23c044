"""A RunSpec as a native script: what one would write with PyTorch, Keras or NumPy alone.

The folder ``templates`` has one template per framework, which reads like the script it makes. The
modules here compute the values in it. Nothing imports a framework.
"""
