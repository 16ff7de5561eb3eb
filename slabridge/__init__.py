"""slabridge: one SLA/OLA engine for ServiceNow and Jira."""


def __getattr__(name: str) -> str:
    if name == "__version__":  # looked up when asked for: reading a distribution's metadata takes a while
        from importlib.metadata import version

        return version("slabridge")
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
