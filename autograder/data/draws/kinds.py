"""The kinds of draws that a declaration can name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from autograder.data.draws.calendar import DayAfter, GridDay, GridValue, LocalTime, SaleTime, Walk
from autograder.data.draws.choices import ChoiceBy, Latent, Trend
from autograder.data.draws.friends import Friend, Host, Member, OtherFriend
from autograder.data.draws.keys import Liked, Parent, Reference
from autograder.data.draws.money import Estimate, Lookup, Paid
from autograder.data.draws.plain import Between, Choice, Dates, Quantiles, Serial
from autograder.data.draws.prose import Prose
from autograder.data.draws.several import Distinct, Subset
from autograder.data.draws.texts import Titles, Words
from autograder.data.spec import Draw

_ALL: Final[tuple[type[Draw], ...]] = (
    *(Serial, Choice, Between, Dates, Quantiles),
    *(ChoiceBy, Trend, Latent, Distinct, Subset),
    *(Reference, Liked, Parent, Friend, OtherFriend, Host, Member),
    *(Lookup, Paid, Estimate),
    *(Titles, Words, Prose),
    *(SaleTime, LocalTime, DayAfter, GridDay, GridValue, Walk),
)

KINDS: Final[Mapping[str, type[Draw]]] = {kind.KIND: kind for kind in _ALL}
"""Each kind of draw by its name in a declaration."""
