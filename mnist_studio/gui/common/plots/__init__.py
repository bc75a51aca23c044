"""The only part that knows pyqtgraph, which is imported after the first paint."""
