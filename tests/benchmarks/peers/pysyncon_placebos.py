"""Synthetic controls by pysyncon with V fixed, for `bench causal`: run in pysyncon's environment.

Arguments: an .npz with `targets` (n, n_before) and `donors` (n, n_donors, n_before), and the
JSON file to write: CPU seconds, and the weights of each target.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

import numpy as np
import pandas as pd
from pysyncon import Synth


def main() -> None:
    given = np.load(sys.argv[1])
    weights = []
    start = time.process_time()
    for target, donors in zip(given["targets"], given["donors"], strict=True):
        before, own = pd.DataFrame(donors.T), pd.Series(target, name="treated")
        # It divides each period by its standard deviation: V undoes that, for plain distances.
        spread = pd.concat([before, own], axis=1).var(axis=1).to_numpy()
        match = Synth()
        match.fit(X0=before, X1=own, Z0=before, Z1=own, custom_V=spread)
        weights.append(np.asarray(match.W).tolist())
    seconds = time.process_time() - start
    Path(sys.argv[2]).write_text(json.dumps({"seconds": seconds, "weights": weights}))


if __name__ == "__main__":
    main()
