"""What a class must bear: a learner's objects live through the same stories as those of a reference class.

A story makes objects, calls their methods and looks at what they hold. It is played twice, with the learner's class and
with the reference, and all that was seen is compared. A mistake that was seen coming is a wrong reference class: its
hint is given only if it explains everything that was seen. Otherwise the hint names the first story that comes out
otherwise, and plain ones come first: who reads that two layers disturb each other knows that each is right alone.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from dlcourse.checks import values
from dlcourse.checks.access import NotYet
from dlcourse.checks.trial import Trial
from dlcourse.text import _, joined

__all__ = ["Player", "Story", "its_own", "layer", "live"]


def its_own() -> str:
    """Say where the memory of an object belongs."""
    return _("What belongs to one object goes into its self, not into the class or a global name.")


@dataclass(frozen=True)
class Story:
    """Something that happens to objects: ``tell(player, rng)``, with the same numbers each time it is told.

    `kind` and `hint` are for an answer that is wrong here, and right in all stories before.
    """

    tell: Callable[["Player", np.random.Generator], None]
    kind: str = "values"
    hint: str = ""
    more: str | None = None


@dataclass
class Player:
    """Plays a story with objects of one class: the learner's through a `trial`, or one of the check's own."""

    cls: Any
    trial: Trial | None = None
    seen: list[tuple[str, Any]] = field(default_factory=list)

    def new(self, *args: Any, **kwargs: Any) -> Any:
        """Make an object."""
        if self.trial:
            return self.trial.new(self.cls, *args, **kwargs)
        return self.cls(*values.copied(args), **values.copied(kwargs))

    def call(self, thing: Any, method: str, *args: Any, what: str = "", quiet=False, layout="", **kwargs: Any) -> Any:
        """Call a method, note what it gives (under the name `what`) unless `quiet`, and give that."""
        if self.trial:
            found = self.trial.method(thing, method, *args, layout=layout, **kwargs)
            what = what or self.trial.doing
        else:
            kwargs.pop("raised", None), kwargs.pop("errors", None)
            changes = kwargs.pop("changes", False)
            args, kwargs = (args, kwargs) if changes else values.copied((args, kwargs))
            found = getattr(thing, method)(*args, **kwargs)
        if not quiet:
            self.see(what or method, found)
        return found

    def get(self, thing: Any, name: str, *keys: Any, what: str = "") -> Any:
        """Look at an attribute, or at an item inside it."""
        if self.trial:
            found = self.trial.get(thing, name, *keys)
        else:
            found = getattr(thing, name)
            for key in keys:
                found = found[key]
        self.see(what or name + "".join(f"[{key!r}]" for key in keys), found)
        return found

    def set(self, thing: Any, name: str, *keys: Any, value: Any) -> None:
        """Give an attribute, or an item inside it, another value."""
        if self.trial:
            self.trial.set(thing, name, *keys, value=values.copied(value))
            return
        inside = getattr(thing, name) if keys else None
        for key in keys[:-1]:
            inside = inside[key]
        if keys:
            inside[keys[-1]] = values.copied(value)
        else:
            setattr(thing, name, values.copied(value))

    def see(self, what: str, value: Any) -> None:
        """Note a value: an array, a number, or a tuple, list or dict of them; nothing where there is None."""
        if self.trial:
            value = self.trial.plain(value, what)
        if type(value) is dict and value:
            for key, item in value.items():
                self.see(f"{what}[{key!r}]", item)
        elif type(value) in (tuple, list) and any(type(item) in (tuple, list, dict) or np.ndim(item) for item in value):
            for place, item in enumerate(value):
                self.see(f"{what}[{place}]", item)
        else:
            self.seen.append((what, None if value is None else np.array([] if type(value) is dict else value)))


@dataclass(frozen=True)
class _Lived:
    """How a story came out: what was seen, what should have been, and the hint for what the learner's code raised."""

    story: Story
    found: list[tuple[str, Any]]
    right: list[tuple[str, Any]]
    error: NotYet | None
    close: Callable[[Any, Any], bool]

    def wrong(self) -> int | None:
        """Give the place of the first thing that came out otherwise; None if all is right."""
        for place, ((_what, found), (_name, right)) in enumerate(zip(self.found, self.right)):
            if right is not None and (found is None or not self.close(found, right)):
                return place
        return len(self.found) if self.error or len(self.found) < len(self.right) else None

    def like(self, other: list[tuple[str, Any]], raised: bool) -> bool:
        """Would a wrong reference that saw `other`, and `raised` at its end or not, explain it?"""
        if len(other) != len(self.found) or raised != (self.error is not None):
            return False
        pairs = [(found, wrong) for (_w, found), (_n, wrong) in zip(self.found, other) if wrong is not None]
        return all(found is not None and self.close(found, wrong) for found, wrong in pairs)


def live(
    trial: Trial, cls: Any, reference: type, stories: Iterable[Story], mistakes: Iterable[tuple] = (), *,
    rtol: float | None = None, atol: float | None = None,
) -> None:  # fmt: skip
    """Do objects of `cls` come through all stories as those of `reference` do?

    Parameters
    ----------
    mistakes : iterable of tuple
        ``(kind, wrong class, hint[, more])``.
    """
    def close(found, right):
        return values.as_array(found) is not None and values.close(found, right, rtol=rtol, atol=atol)

    lived = [_play(trial, cls, reference, story, close) for story in stories]
    wrong = [one for one in lived if one.wrong() is not None]
    if not wrong:
        return
    for kind, other, *hints in mistakes:
        if all(one.like(*_alone(other, one.story, trial.seed)) for one in lived):
            trial.fail(kind, *hints)
    again = _play(trial, cls, reference, wrong[0].story, close)
    if not again.error and not again.like(wrong[0].found, wrong[0].error is not None):
        trial.fail("shared", _("A new object does something else than an earlier one did with the same numbers. {shown}"
                               ).format(shown=wrong[0].story.hint).strip(), its_own())  # fmt: skip
    _tell(trial, wrong[0])


def _play(trial: Trial, cls: Any, reference: type, story: Story, close: Callable) -> _Lived:
    right, failed = _alone(reference, story, trial.seed)
    if failed:
        raise RuntimeError("the reference does not come through its own story")
    learner, error = Player(cls, trial), None
    try:
        story.tell(learner, np.random.default_rng([trial.seed, 2]))
    except NotYet as found:
        if found.kind in ("endless", "missing"):
            raise
        error = found
    return _Lived(story, learner.seen, right, error, close)


def _alone(cls: type, story: Story, seed: int) -> tuple[list[tuple[str, Any]], bool]:
    """Play a story with a class of the check's own: what was seen, and whether it ended in an error."""
    player = Player(cls)
    with values.errstate(all="ignore"):
        try:
            story.tell(player, np.random.default_rng([seed, 2]))
        except (ValueError, LookupError, TypeError, ArithmeticError, AttributeError):
            return player.seen, True
    return player.seen, False


def _tell(trial: Trial, lived: _Lived) -> None:
    """Give the hint for the first story that came out otherwise."""
    story, place = lived.story, lived.wrong()
    trial.unchanged()
    if place >= len(lived.found):
        if lived.error and (lived.error.kind != "raises" or not story.hint):
            raise lived.error
        text = lived.error.hint if lived.error else _("There is no {what}.").format(what=lived.right[place][0])
        trial.fail(story.kind, joined([story.hint, text]), story.more)
    (what, found), (_name, right) = lived.found[place], lived.right[place]
    if found is None:
        trial.fail("missing", joined([story.hint, _("{what} is None.").format(what=what)]), story.more)
    found = trial.array(found, what)
    if found.shape != right.shape and story.hint:
        text = _("{what} has the shape {found}; {shape} is expected.").format(
            what=what, found=found.shape, shape=right.shape)  # fmt: skip
        trial.fail(story.kind, joined([story.hint, text]), story.more)
    trial.shape(found, right.shape, what)
    kind, text, more = values.relation([(found, right, lambda wrong: lived.close(found, wrong))], what)
    shown = _("{what} is {found}; expected is {right}.").format(
        what=what, found=values.shown(found), right=values.shown(right))  # fmt: skip
    text = shown if kind == "values" and len(shown) < 180 else text
    trial.fail(story.kind if story.hint else kind, joined([story.hint, text]), story.more or more)


def layer(
    trial: Trial, cls: Any, reference: type, draw: Callable[..., tuple], sizes: Sequence[tuple],
    mistakes: Iterable[tuple] = (), *, grads: Sequence[tuple] = (), params: Sequence[tuple] = (),
    stories: Iterable[Story] = (), whole: bool = True, far: bool = True,
    layouts: Sequence[str] = ("columns first", "backwards"), rtol: float | None = None, atol: float | None = None,
) -> None:  # fmt: skip
    """Is `cls` the same layer as `reference`, with ``forward(*inputs)`` and ``backward(dout)``?

    Parameters
    ----------
    draw : function
        ``draw(rng, *size)`` gives ``(arguments of the class, inputs of forward, dout)`` for one of the `sizes`;
        those should hold a batch of one, and N equal to K. Without a dout, None: then backward takes nothing.
    grads, params : sequence of tuple
        Where gradients and parameters are: ``("dW",)``, or ``("grads", "W")``.
    stories : iterable of Story
        What else happens to it, after the usual stories.
    whole, far : bool
        It takes arrays of whole numbers, too, and samples a thousand times as large as those that are drawn.
    """
    def back(player, one, dout, **options):
        player.call(one, "backward", *([] if dout is None else [dout]), what="dx", **options)
        for path in grads:
            player.get(one, *path)

    def plain(size):
        def tell(player, rng):
            made, inputs, dout = draw(rng, *size)
            one = player.new(*made)
            player.call(one, "forward", *inputs)
            back(player, one, dout)
        return Story(tell)

    def twice(player, rng):
        made, inputs, dout = draw(rng, *sizes[0])
        others, last = draw(rng, *sizes[0])[1:]
        one = player.new(*made)
        player.call(one, "forward", *inputs)
        player.call(one, "forward", *others)
        back(player, one, dout)
        player.call(one, "forward", *inputs)
        back(player, one, dout)
        back(player, one, last)

    def two(player, rng):
        drawn = [draw(rng, *size) for size in (sizes[0], sizes[-1], sizes[0])]
        both = [player.new(*made) for made, _inputs, _dout in drawn]
        for one, (_made, inputs, _dout) in zip(both, drawn):
            player.call(one, "forward", *inputs)
        for one, (_made, _inputs, dout) in zip(both, drawn):
            back(player, one, dout)
        player.call(both[0], "forward", *drawn[0][1])

    def changed(player, rng):
        made, inputs, dout = draw(rng, *sizes[0])
        one, other = player.new(*made), player.new(*draw(rng, *sizes[0])[0])
        player.call(one, "forward", *inputs)
        for path in params:
            value = player.get(other, *path)
            player.set(one, *path, value=np.array(value) + 0.5)
        player.call(one, "forward", *inputs)
        back(player, one, dout)

    def others(change=lambda x: x, kind="f", layout=""):
        def tell(player, rng):
            made, inputs, dout = draw(rng, *sizes[0])
            one, inputs = player.new(*made), [change(x) if np.ndim(x) and x.dtype.kind == kind else x for x in inputs]
            player.call(one, "forward", *inputs, layout=layout)
            back(player, one, dout, layout=layout)
        return tell

    usual = [plain(size) for size in sizes]
    usual.append(Story(twice, "state", _("One forward and one backward are right. Several in a row go wrong.")))
    usual.append(Story(two, "shared", _("Alone, a layer is right. When a second one works beside it, it is not."),
                       its_own()))
    if params:
        usual.append(Story(changed, "stale", _("When its parameters get other values, it goes on with the old ones.")))
    if whole:
        usual.append(Story(others(lambda x: np.rint(3 * x).astype(int)), "dtype", _(
            "With inputs of whole numbers it goes wrong.")))  # fmt: skip
    if far:
        usual.append(Story(others(values.far), "far", _(
            "One sample far out among ordinary ones goes wrong, or takes the others with it.")))  # fmt: skip
    usual += [Story(others(lambda x, t=t: values.relabelled(x, t), "i"), "dtype", _(
        "With numbers of the type {dtype} it is wrong.").format(dtype=np.dtype(t).name)) for t in ("i4", "u1")
        if any(np.ndim(x) and x.dtype.kind == "i" for x in draw(np.random.default_rng(0), *sizes[0])[1])]  # fmt: skip
    usual += [Story(others(layout=layout), "layout", _(
        "With arrays that lie in memory in another order ({layout}) it goes wrong.").format(layout=_(layout)))
        for layout in layouts]  # fmt: skip
    live(trial, cls, reference, [*usual, *stories], mistakes, rtol=rtol, atol=atol)
