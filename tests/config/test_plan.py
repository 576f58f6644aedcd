from kmcc.config import Config
from kmcc.config.plan import number_plans, onward_plans
from kmcc.config.sections import Number
from kmcc.signaling.china1.codes import Control
from kmcc.signaling.china1.plan import Treatment, Verdict
from kmcc.switch.numbering import Route


def test_the_default_numbers() -> None:
    plan = number_plans(Config()).of("kunming-in")
    assert plan.analyse("100") is Verdict.MORE
    assert plan.analyse("1000") is Verdict.COMPLETE
    assert plan.analyse("2") is Verdict.VACANT
    centre, subscriber = plan.route("1000"), plan.route("3123456")
    assert centre is not None
    assert subscriber is not None
    assert (centre.name, centre.charge_class) == ("centre", "local")
    assert subscriber.name == "kunming-out"


def test_each_trunk_group_has_its_plan() -> None:
    general = Number(prefix="3", min_digits=7, max_digits=7, route="kunming-out")
    toll = Number(
        prefix="3",
        min_digits=5,
        max_digits=8,
        service="bill",
        route="toll-out",
        trunk_groups=("toll-in",),
        charge_class="toll",
        ani_after_digits=3,
        control="called",
    )
    config = Config(numbers=(general, toll))
    arriving, leaving = number_plans(config), onward_plans(config)
    assert arriving.of("toll-in").route("31234") == Route("bill", "toll")
    assert arriving.of("toll-in").treat("3") == Treatment(3, Control.CALLED)
    assert arriving.of("kunming-in").route("31234") is None
    assert arriving.of("kunming-in").route("3123456") == Route("kunming-out", "local")
    assert arriving.of("kunming-in").treat("3") == Treatment()
    assert leaving.of("toll-in").route("31234") == Route("toll-out", "toll")
    assert leaving.of("").route("31234") is None  # a call of our own
