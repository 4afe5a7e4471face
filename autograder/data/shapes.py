"""The dialects that the code can write: their columns, and the rates of dirt that they need."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True)
class DialectShape:
    """What the code behind a dialect writes, and which rates of dirt it needs."""

    columns: Mapping[str, str]
    dirt: tuple[str, ...]


DIALECTS: Final[Mapping[str, DialectShape]] = {
    "pos": DialectShape(
        {
            "receipt_no": "string",
            "sold_at": "string",
            "sku": "string",
            "quantity": "int8",
            "amount": "string",
            "member_no": "string",
        },
        ("duplicate", "test_receipt", "messy_sku", "anonymous_blank"),
    ),
    "online": DialectShape(
        {
            "order_id": "int64",
            "user_id": "int32",
            "game_id": "int32",
            "quantity": "int8",
            "amount": "decimal(12,2)",
            "currency": "string",
            "ordered_at": "timestamp",
            "status": "string",
            "loaded_at": "timestamp",
        },
        ("corrected", "cancelled", "cancelled_late"),
    ),
    "partner": DialectShape(
        {
            "partner": "string",
            "txn": "string",
            "game_title": "string",
            "buyer": "string",
            "quantity": "int8",
            "sold_on": "string",
            "gross_cents": "int64",
            "ccy": "string",
        },
        ("duplicate", "refund", "messy_title"),
    ),
}
"""The dialects that `dialects` can write."""

TOLD_COLUMNS: Final = ("user_id", "game_id", "quantity", "amount", "currency", "purchased_at")
"""What a dialect tells of the table it tells again."""
