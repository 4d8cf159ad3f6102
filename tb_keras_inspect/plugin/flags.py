"""Values of the plugin's flags, for the loader and the plugin."""

DEFAULT_CACHE_MEGABYTES = 512
