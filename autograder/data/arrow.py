"""Arrow's compute functions, and one name for its arrays, typed so that strict checking is useful.

The stubs of pyarrow refuse plain Python values where the library takes them, and tell arrays of
texts from arrays of texts; a hundred casts would hide more than they show.
"""

from __future__ import annotations

from typing import Any

import pyarrow.compute as _compute

pc: Any = _compute
"""`pyarrow.compute`."""

Array = Any
"""An Arrow array, or a chunked one: a column of a `pyarrow.Table`."""
