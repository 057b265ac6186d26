"""A grader as another package would ship it."""

from tests.doubles import Says


class Sample(Says):
    """Says, under a name of its own."""

    name = "sample"


plugin = Sample()
