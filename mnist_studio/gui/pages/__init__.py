"""The pages. None imports another: what they share is handed to them."""
