"""Definitions of ServiceNow: contract_sla, with the schedules and relative durations that it names."""
