"""A flow at work: a task of its own that ends with its call, whatever it is waiting for."""

import asyncio
from collections.abc import Awaitable, Callable

import structlog

from kmcc.errors import KmccError
from kmcc.switch.call import Call, CallEnded, ConnectFailed
from kmcc.switch.circuit import Cause
from kmcc.switch.leg import first_of

log = structlog.get_logger()

Flow = Callable[[Call], Awaitable[None]]

GRACE_ROUNDS = 10
"""Of the loop, for a flow to see CallEnded by itself. Whatever else it waits for (a database) is given up then, because
the circuit may carry the next call half a second later. No timer: calls that end together end in their order."""


async def run_flow(call: Call, flow: Flow, own_cause: Callable[[], Cause]) -> None:
    """Run the flow to its end or to that of the call; the call is over afterwards, and the flow too.

    `own_cause` says why, when this is cancelled. What is no error of ours passes through.
    """
    talk = asyncio.get_running_loop().create_task(_talk(call, flow))
    try:
        await first_of(talk, call.leg.ended)
        for _ in range(GRACE_ROUNDS):
            if talk.done():
                break
            await asyncio.sleep(0)
        await _give_up(talk)
        _conclude(call, talk)
    except asyncio.CancelledError:
        await _give_up(talk)
        call.end(own_cause())
        raise
    finally:
        call.end(Cause.SYSTEM_FAULT)  # harmless after any of the above; a bug in a flow frees the circuit


async def _talk(call: Call, flow: Flow) -> None:
    await flow(call)


async def _give_up(talk: asyncio.Task[None]) -> None:
    if not talk.done():
        talk.cancel()
        await asyncio.wait((talk,))


def _conclude(call: Call, talk: asyncio.Task[None]) -> None:
    """The call ends as its flow has ended."""
    if talk.cancelled():
        return
    match talk.exception():  # not raised here: its traceback would hold the task that holds it
        case None:
            call.end(Cause.NORMAL)
        case CallEnded():
            pass
        case ConnectFailed() as failed:
            call.end(failed.cause)
        case KmccError() as error:
            log.error("flow failed", call=call.id, error=str(error))
            call.note("call.failed", what=type(error).__name__)
            call.end(Cause.SYSTEM_FAULT)
        case fault:
            raise fault


async def ordinary(call: Call) -> None:
    """A call that no service of ours takes: on by its route, and it ends as the other side ends."""
    await call.proceed()


def report_crash(task: asyncio.Task[None]) -> None:
    """A flow that ended with anything but an error of ours has a bug; its call is closed all the same."""
    if not task.cancelled() and task.exception() is not None:
        what = {"message": "the flow of a call failed", "exception": task.exception(), "task": task}
        task.get_loop().call_exception_handler(what)
