"""Control of a training run from outside: commands travel as files in the run's own directory.

What the training process, the plugin and the client share; it imports neither Keras nor a backend. The
training process's own part is in `training/steering`, which may import this folder.
"""
