"""Commands to a running fit: received, carried out, recorded."""
