"""Whatever lies in a file, a specification is read or refused in one sentence."""

from __future__ import annotations

import pytest

from rcc_forecast.errors import UnreadableInputError
from rcc_forecast.evaluation.delay_assumptions import read_delay_spec
from rcc_forecast.evaluation.following.milestones_given import read_milestones
from rcc_forecast.evaluation.locking import read_lockable
from rcc_forecast.evaluation.spec import read_spec
from rcc_forecast.evaluation.variation.spec import read_variation_spec

READERS = (read_spec, read_delay_spec, read_variation_spec, read_lockable, read_milestones)


@pytest.mark.parametrize("read", READERS)
@pytest.mark.parametrize(
    "content",
    [b"primary = ", b"\xff\xfe\x00p", b"deep = " + b"[" * 5_000 + b"]" * 5_000],
    ids=["half", "not text", "deep"],
)
def test_a_file_that_is_no_toml_is_refused_by_every_reader(read, content, tmp_path):
    path = tmp_path / "given.toml"
    path.write_bytes(content)

    with pytest.raises(UnreadableInputError, match=r"given\.toml: cannot be read"):
        read(path)


@pytest.mark.parametrize("read", READERS)
def test_a_file_that_is_not_there_is_refused_by_every_reader(read, tmp_path):
    with pytest.raises(UnreadableInputError, match=r"absent\.toml: cannot be read"):
        read(tmp_path / "absent.toml")
