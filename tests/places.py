"""Where the checkout is, and the data beside it that users do not have."""

from pathlib import Path

CHECKOUT = Path(__file__).parents[1]
SHARED = CHECKOUT.parent / "shared"


def absent(path: Path) -> str:
    """Return why a test is skipped that needs something of the data beside the checkout."""
    return f"../{SHARED.name}/{path.relative_to(SHARED).parts[0]} is absent"
