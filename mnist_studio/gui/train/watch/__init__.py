"""Watch it learn: what a training recorded of its networks after every epoch."""
