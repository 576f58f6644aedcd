import pytest

from kmcc.switch.queue.errors import QueueSettingError
from kmcc.switch.queue.settings import QueueSettings


def test_no_limit_and_the_least_values_are_allowed() -> None:
    assert (QueueSettings().max_wait_ms, QueueSettings().max_length) == (None, None)
    least = QueueSettings(lease_ms=1, wrap_up_ms=0, max_wait_ms=1, max_length=0)
    assert (least.lease_ms, least.wrap_up_ms, least.max_wait_ms, least.max_length) == (1, 0, 1, 0)


@pytest.mark.parametrize(
    ("bad", "message"),
    [
        ({"lease_ms": 0}, "lease_ms is 0, expected at least 1"),
        ({"wrap_up_ms": -1}, "wrap_up_ms is -1, expected at least 0"),
        ({"max_wait_ms": 0}, "max_wait_ms is 0, expected at least 1"),
        ({"max_length": -1}, "max_length is -1, expected at least 0"),
    ],
)
def test_a_bad_setting_is_named(bad: dict[str, int], message: str) -> None:
    with pytest.raises(QueueSettingError, match=message):
        QueueSettings(**bad)  # type: ignore[arg-type]
