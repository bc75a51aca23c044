"""What runs say, computed once as ``analysis.view.View``: the window, reports and files show it."""
