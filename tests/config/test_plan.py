from kmcc.config import Config
from kmcc.config.plan import number_plan
from kmcc.signaling.china1.plan import Verdict


def test_the_default_numbers() -> None:
    plan = number_plan(Config())
    assert plan.analyse("100") is Verdict.MORE
    assert plan.analyse("1000") is Verdict.COMPLETE
    assert plan.analyse("2") is Verdict.VACANT
    centre, subscriber = plan.route("1000"), plan.route("3123456")
    assert centre is not None
    assert subscriber is not None
    assert (centre.name, centre.charge_class) == ("centre", "local")
    assert subscriber.name == "kunming-out"
