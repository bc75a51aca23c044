"""Widgets that several pages use. Imports no page."""
