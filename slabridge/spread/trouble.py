"""What goes wrong with workers; a worker's own errors with the state come through as they are."""


class NoWorkers(Exception):  # noqa: N818 - a state of affairs, not a defect
    """Nobody can do the work now; the message says why, and what to do."""


class Unfit(NoWorkers):
    """What is installed here and where workers are does not fit; the message says what to install."""
