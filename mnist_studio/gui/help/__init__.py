"""The Help page: the pages of the window, shortcuts, the glossary, and about MNIST Studio."""
