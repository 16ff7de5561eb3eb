"""What slabridge remembers between runs, in SQLite or PostgreSQL.

The ticket tools stay the source of truth: with the state lost, the next run rebuilds it.
"""

from slabridge.state.database import State
from slabridge.state.transaction import ConnectionState, Transaction
from slabridge.state.trouble import Busy, Damaged, Newer, StateError, Unreachable

__all__ = ["Busy", "ConnectionState", "Damaged", "Newer", "State", "StateError", "Transaction", "Unreachable"]
