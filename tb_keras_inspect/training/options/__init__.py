"""What the callback accepts: its options, their defaults, and the words for what is refused."""
