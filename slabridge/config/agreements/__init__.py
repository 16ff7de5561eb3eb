"""What the file judges by: calendars, clocks, agreements."""
