"""A first configuration, proposed from what there is in a tool (docs/first-hour.md). Pure."""
