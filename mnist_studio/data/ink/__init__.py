"""Pen strokes, and the image that a network gets of them."""
