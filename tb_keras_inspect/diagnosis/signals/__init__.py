"""What rules read: a run's tables up to where they mean something, its layers, how its loss develops.

May be imported by `diagnosis` alone; imports `store` and `catalog`, no rule and no finding.
"""
