"""The application: its window, and what stands around the pages."""
