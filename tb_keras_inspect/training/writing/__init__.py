"""How long the recorder stays open, and what ends it. Only `training` imports it."""
