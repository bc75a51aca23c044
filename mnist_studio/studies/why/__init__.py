"""Why a network answers a digit as it does: computed in a child, the same for every framework."""
