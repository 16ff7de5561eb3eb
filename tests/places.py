"""Where the checkout is, and the data beside it that users do not have."""

from pathlib import Path

CHECKOUT = Path(__file__).parents[1]
SHARED = CHECKOUT.parent / "shared"
