"""Faults from published bug descriptions, each with its repaired twin.

Written before anyone looked at the rules again, from what AutoTrainer, DeepLocalize, DeepDiagnosis,
Umlaut, NeuraLint, Defects4ML and the Keras issues describe. `score.py` prints what the diagnosis says.
"""
