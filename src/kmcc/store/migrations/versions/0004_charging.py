"""What a call record is charged by: class, meter indications, and the call that it continues.

Revision 0004_charging
"""

import sqlalchemy as sa
from alembic import op

revision = "0004_charging"
down_revision = "0003_campaigns"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("call_records", sa.Column("charge_class", sa.String(length=200), nullable=True))
    op.add_column("call_records", sa.Column("units", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("call_records", sa.Column("continues", sa.String(length=64), nullable=True))


def downgrade() -> None:
    for column in ("continues", "units", "charge_class"):
        op.drop_column("call_records", column)
