"""What every test gets: one backend for the whole process, and a quiet TensorFlow."""

import os

# Before anything imports Keras, which reads it once. scripts/run_tests.py runs one process a backend.
os.environ.setdefault("KERAS_BACKEND", "tensorflow")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
