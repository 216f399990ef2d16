"""Moves of a number from one resource to another: single numbers and groups, in both directions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.support.scenarios.subjects import Number

if TYPE_CHECKING:
    from tests.support.scenarios.world import World

# How a resource holds the number: as its only one, as the only member of a group, beside another member.
SINGLE, ALONE, BESIDE = "single", "alone", "beside"
MOVES = {
    "single-to-group": (SINGLE, BESIDE),
    "single-to-new-group": (SINGLE, ALONE),
    "group-to-single": (BESIDE, SINGLE),
    "gone-group-to-single": (ALONE, SINGLE),
    "group-to-group": (BESIDE, BESIDE),
    "group-to-new-group": (BESIDE, ALONE),
}


class Move(Number):
    """A number of its own for one move, and other numbers for the groups that exist before and after it."""

    def __init__(self, name: str, place: int) -> None:
        self._name = name
        self._moving, *self._staying = (f"+1555040{place:02}{last:02}" for last in range(3))
        self.numbers = (self._moving,)

    @property
    def name(self) -> str:
        return self._name

    @property
    def holders(self) -> tuple[str, str]:
        """The names of the resources that hold the number before and after."""
        return f"{self.name}-giver", f"{self.name}-taker"

    def exists(self, world: World) -> None:
        world.control("POST", "numbers", [{"phone_number": one} for one in (self._moving, *self._staying)])
        super().exists(world)

    def program(self, side: int) -> dict[str, Any]:
        """The resources before (0) and after (1) the move."""
        profile = {"messaging_profile_id": self.values["ours"]}
        declared: dict[str, Any] = {}
        for place, (name, how) in enumerate(zip(self.holders, MOVES[self.name], strict=True)):
            held = [self._moving] if place == side else []
            members = [self._staying[place], *held] if how == BESIDE else held
            if members:
                numbers = {"phone_number": self._moving} if how == SINGLE else {"phone_numbers": members}
                declared[name] = {**numbers, **profile}
        return declared


MOVING = [Move(name, place) for place, name in enumerate(MOVES)]


def program(moves: list[Move], side: int) -> dict[str, Any]:
    """The resources of several moves, before (0) or after (1) them."""
    return {name: given for move in moves for name, given in move.program(side).items()}
