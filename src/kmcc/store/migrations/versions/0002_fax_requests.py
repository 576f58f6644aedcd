"""Documents asked for by fax.

Revision 0002_fax
"""

import sqlalchemy as sa
from alembic import op

revision = "0002_fax"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "fax_requests",
        sa.Column("call", sa.String(length=64), nullable=False),
        sa.Column("document", sa.String(length=64), nullable=False),
        sa.Column("number", sa.String(length=20), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("account", sa.String(length=32), nullable=True),
        sa.Column("language", sa.String(length=2), nullable=False),
        sa.CheckConstraint("language IN ('zh', 'en')", name=op.f("ck_fax_requests_language")),
        sa.PrimaryKeyConstraint("call", "document", "number", name=op.f("pk_fax_requests")),
    )


def downgrade() -> None:
    op.drop_table("fax_requests")
