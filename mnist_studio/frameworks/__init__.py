"""How each framework trains the network that a spec describes."""
