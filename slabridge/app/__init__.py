"""The use cases: a file each, returning values; a command line, a web page and a daemon call the same."""
