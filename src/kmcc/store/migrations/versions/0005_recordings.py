"""The index of recordings.

Revision 0005_recordings
"""

import sqlalchemy as sa
from alembic import op

revision = "0005_recordings"
down_revision = "0004_charging"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "recordings",
        sa.Column("file", sa.String(length=255), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("call", sa.String(length=64), nullable=False),
        sa.Column("mode", sa.String(length=16), nullable=False),
        sa.Column("talk_ms", sa.Integer(), nullable=False),
        sa.Column("duration_ms", sa.Integer(), nullable=False),
        sa.Column("gap_ms", sa.Integer(), nullable=False),
        sa.Column("lost_octets", sa.BigInteger(), nullable=False),
        sa.Column("octets", sa.BigInteger(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("service", sa.String(length=32), nullable=True),
        sa.Column("seat", sa.String(length=32), nullable=True),
        sa.Column("called", sa.String(length=32), nullable=False),
        sa.Column("calling", sa.String(length=32), nullable=True),
        sa.PrimaryKeyConstraint("file", "started_at", name=op.f("pk_recordings")),
    )
    op.create_index(op.f("ix_recordings_call"), "recordings", ["call"], unique=False)
    op.create_index("ix_recordings_started_at", "recordings", ["started_at"], unique=False)


def downgrade() -> None:
    op.drop_index("ix_recordings_started_at", table_name="recordings")
    op.drop_index(op.f("ix_recordings_call"), table_name="recordings")
    op.drop_table("recordings")
