"""What a panel can do whose network can be touched, and the record of what was done."""

from dlcourse.widgets.share import Deed, added, without_the_last
from dlcourse.widgets.touch import Touch

__all__ = ["Touchable"]


class Touchable:
    """What a panel has whose network can be touched."""

    touch: Touch | None
    deeds: list[Deed]

    def edit(self, name: str, index: tuple[int, ...], value: float) -> "Touchable":
        """Set one number of the network's array `name` by hand; gives the panel itself."""
        self.touch.edit(name, index, value)
        return self

    def switch(self, layer: int, unit: int, on: bool) -> "Touchable":
        """Switch a neuron or filter of hidden layer 1, 2, … off or on; gives the panel itself."""
        self.touch.switch(layer, unit, on)
        return self

    def redraw(self) -> None:
        """Draw the state of now again."""
        self.refresh(())

    def touched(self, method: str, *values) -> None:
        """Something was done to the network by hand: draw it."""
        self.deeds = added(self.deeds, Deed(0, method, values))
        self.refresh(())

    def untouched(self, _step: int) -> None:
        """The last of what was done by hand has been taken back."""
        self.deeds = without_the_last(self.deeds)
        self.refresh(())
