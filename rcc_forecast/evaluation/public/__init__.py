"""The public edition of an evaluation: no figure of a few children."""
