"""The first form: parties, submissions, attempts, decisions, certificates, re-tests, publications, the log."""

from __future__ import annotations

from typing import Any, Final

import sqlalchemy as sa
from alembic import op

revision: Final = "0001"
down_revision: Final = None

_FIRST: Final[dict[str, str]] = {
    "people": "name key!",
    "centre": "name prefix",
    "roles": "person>people roles",
    "vendors": "name key!",
    "models": "vendor>vendors name version key descriptor",
    "model_facts": "model>models kind value",
    "applications": "model>models vendor>vendors name number!",
    "submissions": "model>models vendor>vendors suites bank standard standard_version standard_digest rank#",
    "abandoned": "submission>submissions! why",
    "attempts": "submission>submissions number# plan! seed folder continues?",
    "ends": "attempt>attempts outcome head entries#",
    "parts": "attempt>attempts name key part",
    "decisions": "attempt>attempts! decision verdict head why",
    "certificates": "decision>decisions number! document! valid_from valid_until scope",
    "status_events": "certificate>certificates status reason why successor>certificates?",
    "retests": "certificate>certificates trigger due note",
    "retested": "retest>retests! submission>submissions? why",
    "publications": "document next_update",
}
_TOGETHER: Final[dict[str, tuple[str, ...]]] = {
    "models": ("vendor", "key"),
    "submissions": ("vendor", "standard", "rank"),
    "attempts": ("submission", "number"),
    "parts": ("attempt", "key"),
}


def upgrade() -> None:
    """Make the tables."""
    for name, columns in _FIRST.items():
        make(name, columns, _TOGETHER.get(name, ()))
    op.create_table(
        "log",
        sa.Column("seq", sa.Integer, primary_key=True, autoincrement=False),
        *(sa.Column(name, sa.Text, nullable=False) for name in ("at", "name")),
        sa.Column("row", sa.Integer, nullable=False),
        *(sa.Column(name, sa.Text, nullable=False) for name in ("data", "prev", "digest")),
        sa.UniqueConstraint("name", "row"),
    )


def make(name: str, columns: str, together: tuple[str, ...] = ()) -> None:
    """One table: ``name`` is a text, ``name#`` a count, ``name>table`` a row there; ``!`` is unique, ``?`` may be empty."""
    made = {one: _column(one) for one in columns.split()}
    op.create_table(
        name,
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
        *made.values(),
        sa.Column("at", sa.Text, nullable=False),
        sa.Column("who", sa.Integer, sa.ForeignKey("people.id")),
        *([sa.UniqueConstraint(*together)] if together else []),
    )
    for said, column in made.items():
        if column.foreign_keys:
            op.create_index(f"ix_{name}_{column.name}", name, [column.name], unique="!" in said)


def _column(said: str) -> sa.Column[Any]:
    name, _, table = said.rstrip("!?#").partition(">")
    kind: Any = sa.Integer if table or "#" in said else sa.Text
    own = [sa.ForeignKey(f"{table}.id")] if table else []
    return sa.Column(name, kind, *own, nullable="?" in said, unique="!" in said and not table)
