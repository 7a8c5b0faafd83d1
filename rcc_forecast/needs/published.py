"""Published figures of staying put and care leavers, for what returns do not carry.

Contains public sector information licensed under the Open Government Licence
v3.0 (Department for Education).
"""

from __future__ import annotations

import numpy as np

from models.forecast import FloatArray

KNOTS: FloatArray = np.array([0.0, 3.0, 12.0, 24.0, 36.0])
"""Months after the 18th birthday at which staying put is known: at the birthday, when the
return for 18-year-olds asks (three months after), and at the birthdays that follow."""

USUAL_STAYING: FloatArray = np.array([0.70, 0.60, 0.37, 0.25, 0.17])
"""Share of those who turned 18 in foster care who live with their former carers at `KNOTS`.

Three months after the birthday 60% (DfE, Children looked after in England, 2021). At 19 or 20
together 31% (2022; 26% in 2018), split as in 2018, when it was 31% at 19 and 21% at 20. The
first and the last follow from the hazards beside them: they are not published.
"""

STAYING_SOURCE = (
    "DfE, Children looked after in England including adoptions, 2018 to 2022: "
    "60% three months after 18, 31% at 19 or 20"
)

WEIGHT_OF_USUAL = 40.0
"""Young people that the usual share counts for in an authority's own.

Of the share at 19 or 20 in 2022 the standard deviation between 141 authorities is 0.099; chance
alone, at 42 young people each (6,330 in England), would make it 0.071. What is left, 0.069, is
that of a beta distribution of weight 0.31 x 0.69 / 0.069^2 - 1, about 44.
"""

SUPPORT_SOURCE = "58% of care leavers aged 22 and 43% of those aged 23 had asked for it (DfE, 2025)"
"""Of 11,670 aged 22 in 2025, 4,900 were not in touch; of 11,320 aged 23, 6,500."""
