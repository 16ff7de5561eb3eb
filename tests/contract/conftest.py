"""The contract tests ask the same of the connectors' sandboxes and, where their variables are set, of real instances."""

from tests.connectors.servicenow.conftest import box, log, still_box

__all__ = ["box", "log", "still_box"]
