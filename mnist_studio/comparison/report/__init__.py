"""Views as files: HTML, PDF, pictures, spreadsheets. Drawn in a child process."""
