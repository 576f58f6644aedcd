"""Fixtures of the C core's tests."""

from collections.abc import Iterator

import pytest

from kmcc.dsp.cpu import Isa, available, in_use, use


@pytest.fixture(params=list(Isa), ids=[isa.name.lower() for isa in Isa])
def isa(request: pytest.FixtureRequest) -> Iterator[Isa]:
    """Every path of the C core in turn; those that this machine lacks are named in the report."""
    before, forced = in_use(), Isa(request.param)
    if forced not in available():
        pytest.skip(f"this machine has no {forced.name}")
    use(forced)
    yield forced
    use(before)
