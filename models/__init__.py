"""Mathematics: arrays in, results out.

Here live forecasters, scores, reconciliation, placement and the other sums
that the project exists for. Nothing here knows a child, a council, a file or
the time of day: chance, stop rules and time limits are handed in.
"""
