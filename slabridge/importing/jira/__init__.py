"""SLA metrics of Jira Service Management; experimental, as nobody promises the form in which they come."""
