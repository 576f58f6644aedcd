"""The first schema: one function a table, as long as the table has columns.

Revision 0001
"""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

APPEND_ONLY = """
CREATE TRIGGER call_records_no_{name} BEFORE {what} ON call_records
BEGIN SELECT RAISE(ABORT, 'call_records is append-only'); END
"""


def upgrade() -> None:
    _create_call_records()
    _create_changed_numbers()
    _create_credentials()
    _create_customers()
    _create_login_attempts()
    _create_bills()
    _create_reminders()


def downgrade() -> None:
    op.drop_table("reminders")
    op.drop_index("ix_bills_year_month", table_name="bills")
    op.drop_table("bills")
    op.drop_table("login_attempts")
    op.drop_index(op.f("ix_customers_contract"), table_name="customers")
    op.drop_table("customers")
    op.drop_table("credentials")
    op.drop_table("changed_numbers")
    op.drop_index("ix_call_records_offered_at", table_name="call_records")
    op.drop_index(op.f("ix_call_records_chain"), table_name="call_records")
    op.drop_table("call_records")


def _create_call_records() -> None:
    op.create_table(
        "call_records",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("offered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("chain", sa.String(length=64), nullable=False),
        sa.Column("leg", sa.Integer(), nullable=False),
        sa.Column("direction", sa.String(length=8), nullable=False),
        sa.Column("circuit", sa.String(length=80), nullable=False),
        sa.Column("called", sa.String(length=32), nullable=False),
        sa.Column("calling", sa.String(length=32), nullable=True),
        sa.Column("category", sa.Integer(), nullable=True),
        sa.Column("dialled_code", sa.String(length=32), nullable=True),
        sa.Column("service", sa.String(length=32), nullable=True),
        sa.Column("seat", sa.String(length=32), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("released_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("waiting_ms", sa.Integer(), nullable=True),
        sa.Column("cause", sa.String(length=40), nullable=False),
        sa.Column("ended_by", sa.String(length=8), nullable=False),
        sa.Column("charged", sa.Boolean(), nullable=False),
        sa.Column("recording", sa.String(length=255), nullable=True),
        sa.PrimaryKeyConstraint("id", "offered_at", name=op.f("pk_call_records")),
    )
    op.create_index(op.f("ix_call_records_chain"), "call_records", ["chain"], unique=False)
    op.create_index("ix_call_records_offered_at", "call_records", ["offered_at"], unique=False)
    if op.get_bind().dialect.name == "sqlite":
        for what in ("UPDATE", "DELETE"):
            op.execute(APPEND_ONLY.format(what=what, name=what.lower()))


def _create_changed_numbers() -> None:
    op.create_table(
        "changed_numbers",
        sa.Column("old_number", sa.String(length=20), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=False),
        sa.Column("new_number", sa.String(length=20), nullable=False),
        sa.Column("variant", sa.String(length=20), nullable=False),
        sa.CheckConstraint(
            "variant IN ('announce', 'forward', 'announce_and_forward')", name=op.f("ck_changed_numbers_variant")
        ),
        sa.CheckConstraint("valid_until >= valid_from", name=op.f("ck_changed_numbers_period")),
        sa.PrimaryKeyConstraint("old_number", "valid_from", name=op.f("pk_changed_numbers")),
    )


def _create_credentials() -> None:
    op.create_table(
        "credentials",
        sa.Column("contract", sa.String(length=32), nullable=False),
        sa.Column("salt", sa.LargeBinary(), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.Column("cost_n", sa.Integer(), nullable=False),
        sa.Column("cost_r", sa.Integer(), nullable=False),
        sa.Column("cost_p", sa.Integer(), nullable=False),
        sa.Column("set_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("contract", name=op.f("pk_credentials")),
    )


def _create_customers() -> None:
    op.create_table(
        "customers",
        sa.Column("number", sa.String(length=20), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("contract", sa.String(length=32), nullable=False),
        sa.Column("grade", sa.Integer(), nullable=False),
        sa.Column("language", sa.String(length=2), nullable=False),
        sa.CheckConstraint("language IN ('zh', 'en')", name=op.f("ck_customers_language")),
        sa.CheckConstraint("grade BETWEEN 0 AND 2", name=op.f("ck_customers_grade")),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_customers")),
    )
    op.create_index(op.f("ix_customers_contract"), "customers", ["contract"], unique=False)


def _create_login_attempts() -> None:
    op.create_table(
        "login_attempts",
        sa.Column("account", sa.String(length=32), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("last_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("locked_until", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("account", name=op.f("pk_login_attempts")),
    )


def _create_bills() -> None:
    op.create_table(
        "bills",
        sa.Column("number", sa.String(length=20), nullable=False),
        sa.Column("year", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("month", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("amount_fen", sa.BigInteger(), nullable=False),
        sa.Column("paid_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("amount_fen >= 0", name=op.f("ck_bills_amount")),
        sa.CheckConstraint("month BETWEEN 1 AND 12", name=op.f("ck_bills_month")),
        sa.ForeignKeyConstraint(["number"], ["customers.number"], name=op.f("fk_bills_number")),
        sa.PrimaryKeyConstraint("number", "year", "month", name=op.f("pk_bills")),
    )
    op.create_index("ix_bills_year_month", "bills", ["year", "month"], unique=False)


def _create_reminders() -> None:
    op.create_table(
        "reminders",
        sa.Column("debtor", sa.String(length=20), nullable=False),
        sa.Column("year", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("month", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("result", sa.String(length=32), nullable=True),
        sa.Column("last_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("notices", sa.Integer(), nullable=False),
        sa.Column("heard_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["debtor"], ["customers.number"], name=op.f("fk_reminders_debtor")),
        sa.PrimaryKeyConstraint("debtor", "year", "month", name=op.f("pk_reminders")),
    )
