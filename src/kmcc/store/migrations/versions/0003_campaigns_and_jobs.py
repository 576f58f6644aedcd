"""Campaigns with their contacts, attempts and answers; the do-not-call list; planned jobs.

Revision 0003_campaigns
"""

import sqlalchemy as sa
from alembic import op

revision = "0003_campaigns"
down_revision = "0002_fax"
branch_labels = None
depends_on = None

TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    _create_campaigns()
    _create_contacts()
    _create_attempts()
    _create_answers()
    _create_do_not_call()
    _create_jobs()


def downgrade() -> None:
    op.drop_index("ix_jobs_due", table_name="jobs")
    op.drop_table("jobs")
    op.drop_table("do_not_call")
    op.drop_table("campaign_answers")
    op.drop_index("ix_campaign_attempts_number", table_name="campaign_attempts")
    op.drop_table("campaign_attempts")
    op.drop_index("ix_campaign_contacts_order", table_name="campaign_contacts")
    op.drop_table("campaign_contacts")
    op.drop_table("campaigns")


def _create_campaigns() -> None:
    op.create_table(
        "campaigns",
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("definition", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("started_at", TIME, nullable=True),
        sa.Column("finished_at", TIME, nullable=True),
        sa.CheckConstraint("state IN ('new', 'running', 'stopped', 'finished')", name=op.f("ck_campaigns_state")),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_campaigns")),
    )


def _create_contacts() -> None:
    op.create_table(
        "campaign_contacts",
        sa.Column("campaign", sa.String(length=80), nullable=False),
        sa.Column("contact", sa.String(length=80), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("numbers", sa.JSON(), nullable=False),
        sa.Column("zone", sa.String(length=64), nullable=True),
        sa.Column("data", sa.JSON(), nullable=False),
        sa.Column("skipped", sa.String(length=40), nullable=True),
        sa.Column("due", TIME, nullable=True),
        sa.Column("verdict", sa.String(length=40), nullable=True),
        sa.Column("is_withdrawn", sa.Boolean(), nullable=False),
        sa.Column("struck", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["campaign"], ["campaigns.name"], name=op.f("fk_campaign_contacts_campaign")),
        sa.PrimaryKeyConstraint("campaign", "contact", name=op.f("pk_campaign_contacts")),
    )
    op.create_index("ix_campaign_contacts_order", "campaign_contacts", ["campaign", "position"], unique=False)


def _contact_key(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["campaign", "contact"],
        ["campaign_contacts.campaign", "campaign_contacts.contact"],
        name=f"fk_{table}_contact",
    )


def _create_attempts() -> None:
    op.create_table(
        "campaign_attempts",
        sa.Column("campaign", sa.String(length=80), nullable=False),
        sa.Column("contact", sa.String(length=80), nullable=False),
        sa.Column("attempt", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("number", sa.String(length=20), nullable=False),
        sa.Column("dialled_at", TIME, nullable=False),
        sa.Column("ended_at", TIME, nullable=True),
        sa.Column("result", sa.String(length=40), nullable=True),
        sa.Column("seat", sa.String(length=32), nullable=True),
        _contact_key("campaign_attempts"),
        sa.PrimaryKeyConstraint("campaign", "contact", "attempt", name=op.f("pk_campaign_attempts")),
    )
    op.create_index("ix_campaign_attempts_number", "campaign_attempts", ["number", "dialled_at"], unique=False)


def _create_answers() -> None:
    op.create_table(
        "campaign_answers",
        sa.Column("campaign", sa.String(length=80), nullable=False),
        sa.Column("contact", sa.String(length=80), nullable=False),
        sa.Column("question", sa.String(length=40), nullable=False),
        sa.Column("keys", sa.String(length=32), nullable=False),
        sa.Column("at", TIME, nullable=False),
        _contact_key("campaign_answers"),
        sa.PrimaryKeyConstraint("campaign", "contact", "question", name=op.f("pk_campaign_answers")),
    )


def _create_do_not_call() -> None:
    op.create_table(
        "do_not_call",
        sa.Column("number", sa.String(length=20), nullable=False),
        sa.Column("since", TIME, nullable=False),
        sa.Column("why", sa.String(length=200), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_do_not_call")),
    )


def _create_jobs() -> None:
    states = "'planned', 'running', 'done', 'missed', 'failed', 'cancelled'"
    op.create_table(
        "jobs",
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("key", sa.String(length=120), nullable=False),
        sa.Column("due", TIME, nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.Column("ended_at", TIME, nullable=True),
        sa.Column("note", sa.String(length=200), nullable=True),
        sa.CheckConstraint(f"state IN ({states})", name=op.f("ck_jobs_state")),
        sa.PrimaryKeyConstraint("kind", "key", name=op.f("pk_jobs")),
    )
    op.create_index("ix_jobs_due", "jobs", ["state", "due"], unique=False)
