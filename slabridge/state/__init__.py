"""What slabridge remembers between runs, in SQLite or another database that SQLAlchemy knows.

The ticket tools stay the source of truth: with the state lost, the next run rebuilds it.
"""

from slabridge.state.database import Busy, State, StateError

__all__ = ["Busy", "State", "StateError"]
