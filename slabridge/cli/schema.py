"""`slabridge schema`."""

import sys


def schema() -> None:
    """Print the JSON Schema of the configuration file, for editors and linters."""
    from slabridge.config.schema import json_schema
    from slabridge.text.printed import json_line

    sys.stdout.buffer.write(json_line(json_schema()))
