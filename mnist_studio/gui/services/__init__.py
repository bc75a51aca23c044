"""What the pages share: state, and threads whose results arrive as signals."""
