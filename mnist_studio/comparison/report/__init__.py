"""Views as files: HTML, PDF, pictures, spreadsheets. Drawn by matplotlib, in a child process."""
