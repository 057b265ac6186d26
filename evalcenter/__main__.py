"""`python -m evalcenter` is the command line."""

from evalcenter.cli import main

main()
