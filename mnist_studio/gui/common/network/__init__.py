"""The picture of a network in the window: drawn, clicked, explained, and alive."""
