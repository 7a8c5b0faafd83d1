"""Labelled results that stages hand on, one subject a file."""
