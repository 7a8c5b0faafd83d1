"""A person's reason stands beside a home only where a person chose it."""

from __future__ import annotations

import pandas as pd

from tests.builders.placement import a_child, a_foster_home, a_plan


def test_a_refused_override_leaves_no_reason_in_the_plan():
    overrides = pd.DataFrame(
        {"child_id": ["C1", "C2"], "home_id": ["H2", "H1"], "reason": ["near college", "knows her"]}
    )

    plan = a_plan(
        [a_child("C1"), a_child("C2")],
        [a_foster_home("H1", places_available=2), a_foster_home("H2", age_min=12)],
        overrides=overrides,
    )

    assert plan.plan["override_reason"].tolist() == ["", "knows her"]
    assert len(plan.findings.of("override-breaks-a-rule")) == 1
