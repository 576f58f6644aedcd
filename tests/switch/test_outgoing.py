"""Outgoing attempts: each way in which a call can go is recognised, by signal or by its tone."""

import asyncio

import pytest
from tests.house.aftermath import all_idle, assert_no_timer, assert_ports_quiet, until

from kmcc.firmware_sim.people.subscriber import Habit, Subscriber
from kmcc.firmware_sim.pytest_plugin import Clock, Sim
from kmcc.firmware_sim.rig import Plant, Rig
from kmcc.switch.autodial.classify import ClassifierSettings
from kmcc.switch.autodial.party import PartySettings
from kmcc.switch.autodial.result import Result
from kmcc.switch.call import Call, ConnectFailed
from kmcc.switch.circuit import CallingParty, Cause
from kmcc.switch.outgoing import OutgoingAttempt

SETTINGS = ClassifierSettings(no_answer_ms=20_000)
CENTRE = CallingParty("1000")


async def talk(call: Call) -> None:
    await call.play(("goodbye",))


async def attempt(rig: Rig, number: str = "3192008", party: PartySettings | None = None) -> Result:
    one = OutgoingAttempt(talk, SETTINGS, party)
    await rig.calls.dial(number, CENTRE, one.flow)
    circuits = rig.groups["out"].circuits
    await until(lambda: all_idle(circuits) and rig.groups["out"].idle == len(circuits), "idle trunks")
    assert_no_timer()
    await assert_ports_quiet(rig.media, rig.town.far)
    return one.result


WAYS = {
    "busy tone in band": ((Habit.BUSY_TONE,), Result.BUSY, Cause.BUSY),
    "KB4": ((Habit.BUSY_SIGNAL,), Result.BUSY, Cause.BUSY),
    "no answer": ((Habit.RINGS_OUT,), Result.NO_ANSWER, Cause.NO_ANSWER),
    "answered": ((Habit.ANSWERS,), Result.ANSWERED_PART, Cause.NORMAL),
}


@pytest.mark.parametrize("way", WAYS)
def test_each_way_is_recognised(way: str, sim: Sim, clock: Clock) -> None:
    habits, result, cause = WAYS[way]

    async def main() -> None:
        async with sim(subscribers=[Subscriber("3192008", habits, rings_s=1.0, talks_s=60.0)]) as rig:
            assert await attempt(rig) is result
            assert [record.cause for record in rig.records] == [cause]
            assert rig.records[0].charged is (way == "answered")

    clock(main())


PARTIES = {
    "person": (Subscriber("3192008", rings_s=1.0, talks_s=60.0), Result.ANSWERED_PART, "human"),
    "machine": (
        Subscriber("3192008", (Habit.MACHINE,), rings_s=1.0, greeting=("consult-menu",)),
        Result.MACHINE,
        "answering machine",
    ),
    "short machine": (Subscriber("3192008", (Habit.MACHINE,), rings_s=1.0), Result.MACHINE, "answering machine"),
    "fax": (Subscriber("3192008", (Habit.FAX,), rings_s=1.0), Result.FAX, "fax"),
}


@pytest.mark.parametrize("who", PARTIES)
def test_who_answered_is_recognised(who: str, sim: Sim, clock: Clock) -> None:
    subscriber, result, party = PARTIES[who]

    async def main() -> None:
        async with sim(subscribers=[subscriber]) as rig:
            assert await attempt(rig, party=PartySettings()) is result
            (told,) = rig.journal.of("call.party")
            assert told.fields["party"] == party
            assert bool(rig.journal.of("prompt.started")) is (who == "person")
            assert rig.records[0].charged

    clock(main())


def test_a_vacant_number_is_known_by_its_register_signal(sim: Sim, clock: Clock) -> None:
    async def main() -> None:
        async with sim() as rig:
            assert await attempt(rig) is Result.VACANT
            assert [record.cause for record in rig.records] == [Cause.VACANT_NUMBER]

    clock(main())


def test_no_answer_is_waited_for_as_long_as_the_settings_say(sim: Sim, clock: Clock) -> None:
    async def main() -> None:
        async with sim(subscribers=[Subscriber("3192008", (Habit.RINGS_OUT,))]) as rig:
            await attempt(rig)
            (alerted,) = rig.journal.of("register.signal", circuit="out/21", way="in", what="KB 1 called free")
            (classified,) = rig.journal.of("call.classified")
            assert classified.fields["result"] == "no answer"
            assert 20.0 <= classified.at_s - alerted.at_s <= 20.2

    clock(main())


def test_a_party_who_hangs_up_in_the_notice_has_heard_a_part(sim: Sim, clock: Clock) -> None:
    async def main() -> None:
        async with sim(subscribers=[Subscriber("3192008", rings_s=0.5, talks_s=0.6)]) as rig:
            assert await attempt(rig) is Result.ANSWERED_PART
            assert [record.cause for record in rig.records] == [Cause.CALLED_HUNG_UP]

    clock(main())


def test_an_exchange_that_does_not_acknowledge_is_a_failure(sim: Sim, clock: Clock) -> None:
    """GB 3971.2-83: no seizing acknowledgement within a second. The exchange's circuits are deaf here."""

    async def main() -> None:
        async with sim() as rig:
            far = rig.town.far
            for circuit in rig.town.exchange.circuits:
                far.unsubscribe(circuit.port, circuit._on_event)
            one = OutgoingAttempt(talk, SETTINGS)
            await rig.calls.dial("3192008", CENTRE, one.flow)
            assert one.result is Result.FAILED
            assert [record.cause for record in rig.records] == [Cause.SIGNALLING_FAILURE]
            assert rig.journal.of("circuit.alarm", what="no seizing acknowledgement")

    clock(main())


def test_all_trunks_busy_is_congestion_before_anything_is_dialled(sim: Sim, clock: Clock) -> None:
    async def main() -> None:
        plant = Plant(out_channels=range(21, 22))
        async with sim(plant=plant, subscribers=[Subscriber("3192008", rings_s=5.0, talks_s=1.0)]) as rig:
            first = asyncio.get_running_loop().create_task(attempt(rig))
            await asyncio.sleep(3.0)
            with pytest.raises(ConnectFailed) as failed:
                await rig.calls.dial("3192008", CENTRE, OutgoingAttempt(talk).flow)
            assert failed.value.cause is Cause.CONGESTION
            assert await first is Result.ANSWERED_PART
            assert len(rig.records) == 1

    clock(main())


def test_without_a_call_the_result_is_failed(clock: Clock) -> None:
    async def main() -> None:
        assert OutgoingAttempt(talk).result is Result.FAILED

    clock(main())
