"""Views of runs as files: pictures, pages, spreadsheets. Drawn by matplotlib, in a child."""
