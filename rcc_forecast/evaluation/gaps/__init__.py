"""Gaps between areas and between groups of children, and whether they moved."""
