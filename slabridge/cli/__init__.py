"""The command line (docs/operations.md): a file a command, which parses, calls a use case and prints."""
