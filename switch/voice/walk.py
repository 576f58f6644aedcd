"""A visit as text: what is said stands there, keys and outcomes are typed. For whoever writes flows."""

from collections.abc import Iterator
from datetime import date, datetime, time

from kmcc.switch.announce import Catalogue, Language
from kmcc.switch.voice import effects as fx
from kmcc.switch.voice.function import DONE, FAILED
from kmcc.switch.voice.interpreter import begin, receive
from kmcc.switch.voice.step import Branch, FlowBook, Query, Step
from kmcc.switch.voice.tree import words
from kmcc.switch.voice.value import Kind, Value
from kmcc.switch.voice.visit import Facts, Waits

SAMPLES: dict[Kind, Value] = {
    Kind.DIGITS: "3190001",
    Kind.NUMBER: 2,
    Kind.AMOUNT: 3560,
    Kind.DATE: date(2000, 5, 22),
    Kind.MONTH: (2000, 4),
    Kind.TIME: time(9, 30),
    Kind.SPEECH: (),
}
"""What a function is taken to have found."""


class Walk:
    """One caller; there is no house, so whoever walks says what comes of queries and transfers."""

    def __init__(  # noqa: PLR0917
        self, book: FlowBook, catalogue: Catalogue, entry: str, language: Language, calling: str | None, now: datetime
    ) -> None:
        self._book = book
        self._catalogue = catalogue
        self._now = now
        self._visit, self._effects = begin(book, entry, Facts(entry, "1000", calling, "ordinary", language), now)
        self._awaited = self._effects[-1]

    def take(self, typed: Iterator[str]) -> Iterator[str]:
        """The lines to show; ends with the call or with what is typed."""
        while True:
            yield from self._show()
            if self._visit.waits is Waits.FOR_NOTHING:
                return
            if self._visit.waits is Waits.FOR_DONE:
                self._hear(fx.Done())
                continue
            answer = next(typed, None)
            if answer is None:
                return
            yield from self._typed(answer.strip())

    def _typed(self, line: str) -> Iterator[str]:
        if self._visit.waits is Waits.FOR_RESULT:
            outcome, known = line or DONE, self._outcomes()
            if outcome not in known:
                yield f"  ? one of {', '.join(known)}"
            else:
                self._hear(fx.Told(outcome, self._values()))
            return
        for key in line or ("",):
            if self._visit.waits is not Waits.FOR_KEY:
                break
            self._hear(fx.Key(key))
            yield from self._show()

    def _show(self) -> Iterator[str]:
        """What is new."""
        effects, self._effects = self._effects, ()
        yield from (line for effect in effects if (line := self._line(effect)))

    def _hear(self, news: fx.News) -> None:
        self._visit, self._effects = receive(self._book, self._visit, news, self._now)
        self._awaited = self._effects[-1]

    def _line(self, effect: fx.Effect) -> str:
        language = self._visit.language
        match effect:
            case fx.Arrived(node):
                return f"[{node}] {self._book.nodes[node].title[language]}"
            case fx.Say(names) | fx.Listen(names):
                said = " ".join(self._catalogue.prompts[name].said[language] for name in names)
                return f"  {said}" if said else ""
            case fx.Missed(_, key):
                return f"  ({'wrong key' if key else 'no key'})"
            case fx.Release(cause):
                return f"  (released: {cause.words})"
            case fx.Chose() | fx.Refused() | fx.Speak():
                return ""
        return f"  {words(self._step)}: {', '.join(self._outcomes())}?"

    @property
    def _step(self) -> Step:
        return self._book.nodes[self._visit.node].steps[self._visit.step]

    def _outcomes(self) -> tuple[str, ...]:
        match self._awaited:
            case fx.Verify():
                return (DONE, "wrong", FAILED)
            case fx.ToSeat():
                return (DONE, "full")
            case fx.SendFax():
                return (DONE, "kept", "unavailable")
            case fx.TakeMessage():
                return (DONE, "nothing")
            case fx.PromiseCall():
                return (DONE, "refused")
        step = self._step
        return (DONE, *(step.on if isinstance(step, Query) else ()), FAILED)

    def _values(self) -> dict[str, Value]:
        """Samples for what a query gives, and the number of whoever has proved who he is."""
        step = self._step
        into = step.into if isinstance(step, Query) else {}
        return {"number": "3190001", **{name: self._sample(variable) for name, variable in into.items()}}

    def _sample(self, variable: str) -> Value:
        """Of a word, the first that a branch of this node looks for."""
        steps = self._book.nodes[self._visit.node].steps
        cases = [case for step in steps if isinstance(step, Branch) and step.on == variable for case in step.cases]
        return SAMPLES.get(self._book.kinds[variable], cases[0] if cases else "word")
