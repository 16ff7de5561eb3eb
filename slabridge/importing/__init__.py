"""Native SLA definitions translated to the configuration: rows in, a document and findings out (docs/import.md). Pure."""
