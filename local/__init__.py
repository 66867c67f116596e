"""The whole system on one machine: `python -m local up` (or `make run`)."""
