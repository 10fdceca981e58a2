"""The judge's end of the pipe: starts a worker, asks it, and shows a check what it answers as if it were here."""

from collections.abc import Mapping, Sequence
from typing import Any

from dlcourse.checks.access import Access, Raised
from dlcourse.grading.process import Gone, Process, no_value
from dlcourse.grading.wire import Broken, Changeable, Decoder, Encoder, Numbers, pack
from dlcourse.text import _
from dlcourse.tracing import Trace, calculate

__all__ = ["Gone", "Proxy", "RemoteAccess", "Workplace"]

MOST_CALLBACKS = 100_000
MOST_PRINTED, MOST_PRINTED_IN_ALL, MOST_SAID = 30_000, 2_000_000, 1_000


class Proxy:
    """Stands for an object of the worker's: what `kind` it is, and which name of the notebook it came from, if any."""

    kind, name = "value", ""


class Workplace:
    """What a worker can be asked for, from its start to its end.

    Parameters
    ----------
    memory : int
        Bytes of address space.
    seconds : float
        Of processor time, all in all.
    trusted : bool
        Run it without walls.
    """

    def __init__(self, memory: int, seconds: float, *, trusted: bool = False):
        self.numbers = Numbers(1)
        self.gone, self.trace = None, Trace()
        self.deadline, self.room = 0.0, MOST_PRINTED_IN_ALL
        self.process = Process(memory=memory, seconds=seconds, trusted=trusted)
        self.holds = self.process.holds

    def close(self) -> None:
        """End the process and all it started."""
        self.process.close()

    def _put(self, item: bytes) -> None:
        self.process.send(item)

    def _next(self) -> tuple[dict, bytes]:
        return self.process.next(self.deadline)

    def _wait(self) -> tuple[dict, bytes]:
        """Give the next answer. After one that did not come in time there is none: it would answer something else."""
        try:
            if self.gone is None:
                return self._next()
        except Gone as error:
            self.gone = error
        raise self.gone

    # Requests.

    def run(self, text: str, seconds: float = 600.0) -> dict:
        """Run the text of a cell for some seconds: what it ``printed``, and the ``error`` it ended with, or None."""
        found = self.ask({"do": "run", "text": text, "seconds": seconds})
        if not isinstance(found, dict) or not isinstance(found.get("printed"), str):
            raise no_value("run")
        error = found.get("error")
        if error is not None:
            if not isinstance(error, list) or [type(part) for part in error] != [str, str, int]:
                raise no_value("run")
            error = [error[0][:100], error[1][:MOST_SAID], error[2]]
        printed = found["printed"][: min(MOST_PRINTED, self.room)]
        self.room -= len(printed)
        return {"printed": printed, "error": error}

    def keep(self, place: str, names: Sequence[str]) -> None:
        """Have the worker keep what these names hold now, under the name of a place in the notebook."""
        self.ask({"do": "keep", "place": place, "names": list(names)})

    def subject(self, name: str, place: str | None = None) -> Any:
        """Give what a name held at a place (where nothing was kept: holds now); None where there is no such name."""
        try:
            found = self.ask({"do": "name", "name": name, "place": place})
        except Raised as error:
            if error.name != "KeyError":
                raise
            return None
        if isinstance(found, Proxy):
            found.name = name
        return found

    def forget(self) -> None:
        """Let both sides forget what was handed over so far."""
        self.numbers.clear()
        self._put(pack({"do": "forget"}))

    def ask(self, message: dict, args: Sequence = (), kwargs: Mapping[str, Any] | None = None, **values: Any) -> Any:
        """Send a request, answer the worker's calls of the check's functions, and give what comes back.

        Raises
        ------
        Raised
            If the learner's code raised.
        Gone
            If there is no worker left.
        """
        encoder = Encoder(self.numbers, self._handle)
        message |= {name: [encoder.value(item) for item in value] if isinstance(value, list) else encoder.value(value)
                    for name, value in values.items()}  # fmt: skip
        message["args"] = [encoder.value(item) for item in args]
        message["kwargs"] = {name: encoder.value(value) for name, value in (kwargs or {}).items()}
        self._put(pack(message, encoder.blob))
        may_change = Changeable(encoder.seen)
        for _call in range(MOST_CALLBACKS):
            answer, blob = self._wait()
            decoder = Decoder(self.numbers, blob, self._known, may_change)
            try:
                if "callback" in answer:
                    self._call_back(answer, decoder)
                    continue
                result = decoder.value(answer.get("ok"))
                for item in answer["args"]:
                    decoder.value(item)
                self.trace = Trace.told(answer.get("trace"))
                if raised := answer.get("raised"):
                    name, text, *line = map(str, raised)
                    raise Raised(name[:100], text[:1000], "".join(line)[:1000])
            except (Broken, KeyError, TypeError, ValueError) as error:
                raise no_value(error) from error
            return result
        raise Gone("answer", _("it called a function of the check without end"))

    def _call_back(self, answer: Mapping, decoder: Decoder) -> None:
        function = self.numbers.get(answer["callback"])
        if isinstance(function, Proxy) or not callable(function):
            raise Broken("a function of the check is not known")
        args = [decoder.value(item) for item in answer["args"]]
        kwargs = {str(name): decoder.value(item) for name, item in answer["kwargs"].items()}
        encoder = Encoder(self.numbers, self._handle)
        try:
            reply = {"reply": encoder.value(function(*args, **kwargs)), "raised": None}
        except Gone:
            raise
        except Raised as error:
            reply = {"reply": None, "raised": [error.name, error.text]}
        except Exception as error:  # the learner's code hears of it, as at home
            reply = {"reply": None, "raised": [type(error).__name__, str(error)[:200]]}
        self._put(pack(reply, encoder.blob))

    def _handle(self, thing: Any) -> list:
        if isinstance(thing, Proxy):
            return ["object", self.numbers.of(thing)]
        if thing is calculate:  # which both sides have
            return ["calculate", 0]
        if not callable(thing):
            raise TypeError(f"a check handed over something of the type {type(thing).__name__}")
        return ["callback", self.numbers.of(thing)]

    def _known(self, found: list) -> Any:
        word, number, kind, name = found
        if word != "object" or type(number) is not int or kind not in ("class", "function", "value"):
            raise Broken("an object of no kind")
        known = self.numbers.get(number)
        if isinstance(known, Proxy) or (known is not None and number > 0 and callable(known)):
            return known
        if number > 0:
            raise Broken("an object is not known")
        # Hints name the type, as at home.
        proxy = type(str(name)[:100] if str(name).isidentifier() else "object", (Proxy,), {})()
        proxy.kind = kind
        self.numbers.enter(number, proxy)
        return proxy


class RemoteAccess(Access):
    """Passes a check's requests on to a worker, at its `workplace`."""

    def __init__(self, workplace: Workplace):
        super().__init__()
        self.workplace = workplace

    @property
    def trace(self) -> Trace:
        """What ran in the last call; a worker may lie about it."""
        return self.workplace.trace

    def what(self, thing: Any) -> str:
        """Say what `thing` is; a worker may lie, and gains a call that fails."""
        return thing.kind if isinstance(thing, Proxy) else super().what(thing)

    def call(self, thing: Any, args: Sequence, kwargs: Mapping, errors: Mapping[str, str], layout: str = "") -> Any:
        """Call a function, or make an object of a class."""
        if not isinstance(thing, Proxy) and thing is not calculate:
            return super().call(thing, args, kwargs, errors, layout)
        return self._ask({"do": "call", "errors": dict(errors), "layout": layout}, args, kwargs, thing=thing)

    def method(
        self, thing: Any, name: str, args: Sequence, kwargs: Mapping, errors: Mapping[str, str], layout: str = ""
    ) -> Any:
        """Call the method `name` of an object."""
        if not isinstance(thing, Proxy):
            return super().method(thing, name, args, kwargs, errors, layout)
        message = {"do": "method", "name": name, "errors": dict(errors), "layout": layout}
        return self._ask(message, args, kwargs, thing=thing)

    def get(self, thing: Any, name: str, keys: Sequence) -> Any:
        """Give an attribute, or an item inside it."""
        if not isinstance(thing, Proxy):
            return super().get(thing, name, keys)
        return self._ask({"do": "get", "name": name}, thing=thing, keys=list(keys))

    def set(self, thing: Any, name: str, keys: Sequence, value: Any) -> None:
        """Set an attribute, or an item inside it."""
        if not isinstance(thing, Proxy):
            return super().set(thing, name, keys, value)
        return self._ask({"do": "set", "name": name}, [value], thing=thing, keys=list(keys))

    def _ask(self, message: dict, args: Sequence = (), kwargs: Mapping | None = None, **values: Any) -> Any:
        try:
            return self.workplace.ask(message, args, kwargs, **values)
        except MemoryError as error:
            raise Raised("MemoryError", str(error)) from error
