"""What every test runs under."""

from __future__ import annotations

import os

# Threads share what a test has in hand; processes of their own would each take seconds to start.
# Any number of workers of any kind gives the same bytes, which tests of their own prove.
os.environ.setdefault("RCC_PARALLEL", "threading")
