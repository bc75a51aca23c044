"""The views: each a chart and a table with the same content."""
