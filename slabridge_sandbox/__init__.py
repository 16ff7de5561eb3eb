"""A ServiceNow and a Jira on loopback, where people do what a real log (or a generated one) says.

It is there to try slabridge without either tool, and to test it; nothing else of slabridge knows of it.
"""
