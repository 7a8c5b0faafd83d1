"""Outcomes by authority and period, read from published files: what `panel --dfe` writes."""
