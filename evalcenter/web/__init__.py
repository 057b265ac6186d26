"""The review console: pages on which people read answers and mark them. It is the one writer of its run while it is open."""
