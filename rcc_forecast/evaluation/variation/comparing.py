"""Why do costs and quality differ so between authorities? What goes together, and what is left.

Associations alone: a characteristic that goes together with a higher cost need
not bring it about, and what is left over may be a difference that nobody
measured. Authorities are told apart one by one only where the interval holds
for all of them at once, and never ranked.
"""

from __future__ import annotations

from rcc_forecast.evaluation.panel import Cells
from rcc_forecast.evaluation.variation.grades import grades_compared
from rcc_forecast.evaluation.variation.mixed import levels_compared
from rcc_forecast.evaluation.variation.rows import Variation
from rcc_forecast.evaluation.variation.spec import VariationSpec


def variation_of(cells: Cells, spec: VariationSpec) -> Variation:
    """Compare authorities.

    Parameters
    ----------
    cells : Cells
        Of the panel.
    spec : VariationSpec
        What is set beside what.

    Returns
    -------
    Variation
        Tables and a sentence; the same panel and specification give the same bytes.

    Raises
    ------
    UnknownNameError
        The panel has no outcome or period of that name.
    NothingUsableError
        Too few authorities, or characteristics that repeat one another.
    """
    return grades_compared(cells, spec) if spec.grades else levels_compared(cells, spec)
