"""Several replicas and several processes that train one model."""
