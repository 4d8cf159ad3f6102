"""Several processes that train one model and obey the commands to the first of them."""
