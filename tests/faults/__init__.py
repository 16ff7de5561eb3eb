"""The sweep: whatever happens to a run, and wherever, the next one ends as if nothing had happened.

`make faults` sweeps everything; `test_slice.py` runs a part of it that changes from day to day. It needs Linux (fork).
"""
