"""Outcomes by authority and period, counted from returns: what `panel RETURNS` writes."""
