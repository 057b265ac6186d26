"""The three forms of a built report. Everything in a report is hostile text; each renderer says how it keeps it text."""
