"""What a row of the number plan does to the signals of a call: where A6 comes, which KB, on the simulated E1."""

from kmcc.firmware_sim.pytest_plugin import Clock, Sim
from kmcc.firmware_sim.rig import Plant, Rig
from kmcc.signaling.china1.codes import Control
from kmcc.switch.call import Call
from kmcc.switch.numbering import NumberRow

PLANT = Plant(
    numbers=(
        NumberRow("1000", 4, 4, "desk", "free", ani_after=3),
        NumberRow("110", 3, 3, "desk", "free", ani_after=1, control=Control.CALLED),
        NumberRow("114", 3, 3, "desk", "free", ani_after=0),
        NumberRow("117", 3, 3, "desk", "free", control=Control.CALLING),
        NumberRow("31", 4, 7, "desk", "local"),
    )
)


async def desk(call: Call) -> None:
    await call.answer()
    await call.play(("hello",))


async def signals_of(rig: Rig, number: str) -> list[str]:
    """What crossed the circuit's register when this number was called."""
    rig.journal.entries.clear()
    async with rig.caller() as caller:
        await caller.dial(number)
        await caller.answered()
    return [str(entry.fields["what"]) for entry in rig.journal.of("register.signal")]


def digits_before_a6(signals: list[str]) -> int | None:
    asked = [n for n, words in enumerate(signals) if words.startswith("backward A6")]
    return sum("(digit)" in words for words in signals[: asked[0]]) if asked else None


def test_each_number_has_its_own_way(sim: Sim, clock: Clock) -> None:
    async def main() -> None:
        async with sim({"desk": desk}, plant=PLANT) as rig:
            found = {number: await signals_of(rig, number) for number in ("1000", "110", "114", "117")}
            assert {number: digits_before_a6(signals) for number, signals in found.items()} == {
                "1000": 3,
                "110": 3,  # not before it is clear that it is 110
                "114": None,
                "117": 3,  # as the profile says, which is after the first, when that is clear
            }
            kb = {number: signals[-1] for number, signals in found.items()}
            assert kb["117"] == "KB 6 called free, caller control"
            assert {kb[number] for number in ("1000", "110", "114")} == {"KB 1 called free"}

    clock(main())


def test_a_number_of_unknown_length_on_the_line(sim: Sim, clock: Clock) -> None:
    """Pulse and register tones as the detectors hear them; the longest one needs no pulse."""

    async def main() -> None:
        async with sim({"desk": desk}, plant=PLANT) as rig:
            for number, has_pulse in (("3100", True), ("310000", True), ("3100000", False)):
                signals = await signals_of(rig, number)
                assert any(words.endswith("(pulse)") for words in signals) is has_pulse
                assert rig.journal.of("call.offered", called=number)

    clock(main())
