"""The Draw page: the canvas and the predictions of every model."""
