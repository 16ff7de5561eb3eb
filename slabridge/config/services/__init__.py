"""What the file says of services: classes, availability, outages, fees and consequences (docs/reports.md)."""
