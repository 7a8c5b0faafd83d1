"""`python -m rcc_forecast COMMAND`."""

from rcc_forecast.cli import main

if __name__ == "__main__":
    raise SystemExit(main())
