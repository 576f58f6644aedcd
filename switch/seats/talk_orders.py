"""What a seat orders in its talk: hold, consult, transfer, conference, dial, hang up."""

from collections.abc import Mapping

from kmcc.switch.circuit import Cause
from kmcc.switch.queue.cost import can_serve
from kmcc.switch.queue.parties import Transferred
from kmcc.switch.queue.seat import SeatState
from kmcc.switch.seats.dial_out import DialOut
from kmcc.switch.seats.errors import NoSuchSeatError, NotNowError
from kmcc.switch.seats.order import NO_DATA, Data, Order, Target, check_data
from kmcc.switch.seats.outbound import Serve
from kmcc.switch.seats.parts import Parts
from kmcc.switch.seats.party import OutsideParty, Party, SeatParty
from kmcc.switch.seats.position import Position
from kmcc.switch.seats.talk import Talk


class TalkOrders:
    """Orders name the seat; NotNowError when it has no talk that the order fits."""

    def __init__(self, parts: Parts, positions: Mapping[str, Position], serve: Serve) -> None:
        self._parts = parts
        self._positions = positions
        self._serve = serve

    def hold(self, seat: str) -> None:
        """The caller waits with a tone."""
        self._talk(seat, "hold").hold()

    def retrieve(self, seat: str) -> None:
        self._talk(seat, "retrieve").retrieve()

    def consult(self, seat: str, target: Target, data: Data = NO_DATA) -> None:
        """Ask somebody while the caller waits. ConnectFailed when there is no way to an outside number."""
        data = check_data(data)
        talk = self._talk(seat, "consult")
        position = talk.own("consult")
        if talk.consult is not None:
            raise NotNowError(seat, "consult", talk.words, "talking or held")
        self._check_target(position, target, "consult")
        party: Party
        if target.number is not None:
            party = OutsideParty(talk.call, target, talk.on_party)
            talk.consults(party)
        else:
            party = SeatParty(
                talk.call, target, talk.on_party, self._parts, asks=position, data=data or talk.order.data
            )
            talk.consults(party)
            party.begin()

    def end_consult(self, seat: str) -> None:
        """Back to the caller; whom the seat has asked is let go."""
        self._talk(seat, "end the consultation").drop_consult()

    def conference(self, seat: str) -> None:
        """Whom the seat has asked comes to the caller and the seat."""
        self._talk(seat, "make a conference").conference()

    def transfer(self, seat: str, target: Target, data: Data = NO_DATA) -> None:
        """Blind: the caller waits for the target before all who were not transferred, and the form goes with him."""
        data = check_data(data)
        talk = self._talk(seat, "transfer")
        position = talk.own("transfer")
        if talk.consult is not None:
            raise NotNowError(seat, "transfer", talk.words, "talking or held; a consultation is completed")
        self._check_target(position, target, "transfer")
        talk.note("seat.transferred", target=target.name, attended=False)
        talk.end(
            Order(
                service=target.service if target.number is None else None,
                grade=talk.order.grade,
                data=data or talk.order.data,
                transferred=Transferred.YES,
                passed_by=seat,
                only=target.seat,
                number=target.number,
            )
        )

    def complete_transfer(self, seat: str) -> None:
        """Attended: the caller goes on with whom the seat has asked."""
        self._talk(seat, "complete the transfer").complete_transfer()

    def hang_up(self, seat: str) -> None:
        """The seat's part in whatever talk it is in ends, as if it had put its telephone down."""
        position = self._named(seat)
        if position.talk is not None:
            position.talk.seat_hangs_up()
        elif position.use is not None and position.use.answered.done() and not position.use.ended.done():
            position.use.release(Cause.NORMAL)  # as a guest of another talk, or before its number has answered
        else:
            raise NotNowError(seat, "hang up", "no talk", "a talk")

    def dial(self, seat: str, number: str, service: str | None = None, data: Data = NO_DATA) -> None:
        """Ring the seat's own telephone, then the number."""
        target, order = Target(number=number), Order(service=service, data=check_data(data))
        DialOut(self._parts, self._named(seat), str(target.number), order, self._serve).start()

    def _check_target(self, position: Position, target: Target, action: str) -> None:
        if target.service is not None and not self._somebody_serves(position, target.service):
            found = f"no other seat that is there serves {target.service}"
            raise NotNowError(position.id, action, found, "one that is signed in")
        if target.seat is None:
            return
        if target.seat == position.id:
            raise NotNowError(position.id, action, "the target is itself", "another")
        other = self._positions.get(target.seat)
        if other is None:
            raise NoSuchSeatError(target.seat)
        if other.state is SeatState.SIGNED_OUT:
            raise NotNowError(position.id, action, f"seat {target.seat} is signed out", "a seat that is there")

    def _somebody_serves(self, asks: Position, service: str) -> bool:
        others = (other for other in self._positions.values() if other is not asks)
        there = (other for other in others if other.state is not SeatState.SIGNED_OUT)
        return any(can_serve(other.profile, service, None) for other in there)

    def _named(self, seat: str) -> Position:
        position = self._positions.get(seat)
        if position is None:
            raise NoSuchSeatError(seat)
        return position

    def _talk(self, seat: str, action: str) -> Talk:
        talk = self._named(seat).talk
        if talk is None:
            raise NotNowError(seat, action, "no talk of its own", "a talk")
        return talk
