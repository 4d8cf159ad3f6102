"""Where a fit is recorded: which directory, and whether it goes on with a run that is there."""
