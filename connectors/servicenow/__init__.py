"""ServiceNow by its Table API, on pysnow."""
