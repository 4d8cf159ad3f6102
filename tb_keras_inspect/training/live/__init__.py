"""Diagnosis of a fit while it runs."""
