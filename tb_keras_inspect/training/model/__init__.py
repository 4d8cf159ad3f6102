"""The model as it is recorded: names, layers, connections, settings."""
