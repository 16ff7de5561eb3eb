"""Native SLA definitions as a configuration: rows in, a document and findings out (docs/import.md). Pure."""
