"""Where the records of a run come from: event files, or the data provider of TensorBoard."""
