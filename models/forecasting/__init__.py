"""Forecasters: the cohort core, a panel of time-series models, an annual engine, yardsticks."""
