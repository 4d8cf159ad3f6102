"""Numbers over sampled steps: tables, units, histograms, and how they grow, merge and pool."""
