"""The second form: a vendor's registration code, replaced standards, what the public reports."""

from __future__ import annotations

from typing import Final

import sqlalchemy as sa
from alembic import op

from evalcenter.register.migrations.versions.f0001_first import make

revision: Final = "0002"
down_revision: Final = "0001"


def upgrade() -> None:
    """Add a column and three tables."""
    op.add_column(
        "vendors", sa.Column("code", sa.Text, nullable=True)
    )  # never a table made anew: others refer to its rows
    op.create_index("ix_vendors_code", "vendors", ["code"], unique=True)
    make("replacements", "standard version by_version", ("standard", "version"))
    make("incidents", "model>models? text received")
    make("incident_outcomes", "incident>incidents state item? why")
