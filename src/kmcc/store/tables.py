"""The tables. Money is integer fen, times are kept in UTC, days and months are those of the calendar on the wall.

Rows stay inside this folder: the modules beside this one give out frozen values.
"""

from datetime import UTC, date, datetime

from sqlalchemy import (
    JSON,
    BigInteger,
    CheckConstraint,
    DateTime,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    MetaData,
    String,
    Text,
    TypeDecorator,
)
from sqlalchemy.engine import Dialect
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

NUMBER = String(20)  # E.164 has at most 15 digits, with prefixes 20
CONTRACT = String(32)


class UtcTime(TypeDecorator[datetime]):
    """An aware time. SQLite forgets the zone, so all are turned to UTC on the way in and marked on the way out."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a stored time needs a time zone")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Base(DeclarativeBase):
    metadata = MetaData(
        naming_convention={
            "pk": "pk_%(table_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s",
            "ix": "ix_%(table_name)s_%(column_0_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
        }
    )


class CustomerRow(Base):
    __tablename__ = "customers"

    number: Mapped[str] = mapped_column(NUMBER, primary_key=True)
    name: Mapped[str] = mapped_column(String(80))
    contract: Mapped[str] = mapped_column(CONTRACT, index=True)
    grade: Mapped[int]
    language: Mapped[str] = mapped_column(String(2))

    __table_args__ = (
        CheckConstraint("grade BETWEEN 0 AND 2", name="grade"),
        CheckConstraint("language IN ('zh', 'en')", name="language"),
    )


class CredentialRow(Base):
    """One password a contract; the password itself is nowhere (R-67, R-68)."""

    __tablename__ = "credentials"

    contract: Mapped[str] = mapped_column(CONTRACT, primary_key=True)
    salt: Mapped[bytes]
    hash: Mapped[bytes]
    cost_n: Mapped[int]
    cost_r: Mapped[int]
    cost_p: Mapped[int]
    set_at: Mapped[datetime] = mapped_column(UtcTime)


class LoginAttemptRow(Base):
    """Failures in a row. An account that does not exist is counted like one that does."""

    __tablename__ = "login_attempts"

    account: Mapped[str] = mapped_column(CONTRACT, primary_key=True)
    failures: Mapped[int]
    last_at: Mapped[datetime] = mapped_column(UtcTime)
    locked_until: Mapped[datetime | None] = mapped_column(UtcTime)


class BillRow(Base):
    __tablename__ = "bills"

    number: Mapped[str] = mapped_column(NUMBER, ForeignKey("customers.number"), primary_key=True)
    year: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    month: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    amount_fen: Mapped[int] = mapped_column(BigInteger)
    paid_at: Mapped[datetime | None] = mapped_column(UtcTime)

    __table_args__ = (
        CheckConstraint("month BETWEEN 1 AND 12", name="month"),
        CheckConstraint("amount_fen >= 0", name="amount"),
        Index("ix_bills_year_month", "year", "month"),
    )


class ChangedNumberRow(Base):
    """R-200. A number may change again: the row that began last counts."""

    __tablename__ = "changed_numbers"

    old_number: Mapped[str] = mapped_column(NUMBER, primary_key=True)
    valid_from: Mapped[date] = mapped_column(primary_key=True)
    valid_until: Mapped[date]
    new_number: Mapped[str] = mapped_column(NUMBER)
    variant: Mapped[str] = mapped_column(String(20))

    __table_args__ = (
        CheckConstraint("variant IN ('announce', 'forward', 'announce_and_forward')", name="variant"),
        CheckConstraint("valid_until >= valid_from", name="period"),
    )


class ReminderRow(Base):
    """The temporary list of R-177 and what became of each debtor on it."""

    __tablename__ = "reminders"

    debtor: Mapped[str] = mapped_column(NUMBER, ForeignKey("customers.number"), primary_key=True)
    year: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    month: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    attempts: Mapped[int] = mapped_column(default=0)
    result: Mapped[str | None] = mapped_column(String(32))
    last_at: Mapped[datetime | None] = mapped_column(UtcTime)
    notices: Mapped[int] = mapped_column(default=0)
    heard_at: Mapped[datetime | None] = mapped_column(UtcTime)


class CallRecordRow(Base):
    """One leg of a call (R-333), written once: `call_records.py` and the triggers of the migration keep it as it is.

    Call numbers begin again with the process, so the time belongs to the key.
    """

    __tablename__ = "call_records"

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    offered_at: Mapped[datetime] = mapped_column(UtcTime, primary_key=True)
    chain: Mapped[str] = mapped_column(String(64), index=True)
    leg: Mapped[int]
    direction: Mapped[str] = mapped_column(String(8))
    circuit: Mapped[str] = mapped_column(String(80))
    called: Mapped[str] = mapped_column(String(32))
    calling: Mapped[str | None] = mapped_column(String(32))
    category: Mapped[int | None]
    dialled_code: Mapped[str | None] = mapped_column(String(32))
    service: Mapped[str | None] = mapped_column(String(32))
    seat: Mapped[str | None] = mapped_column(String(32))
    answered_at: Mapped[datetime | None] = mapped_column(UtcTime)
    released_at: Mapped[datetime] = mapped_column(UtcTime)
    waiting_ms: Mapped[int | None]
    cause: Mapped[str] = mapped_column(String(40))
    ended_by: Mapped[str] = mapped_column(String(8))
    charged: Mapped[bool]
    recording: Mapped[str | None] = mapped_column(String(255))
    charge_class: Mapped[str | None] = mapped_column(String(200))
    units: Mapped[int] = mapped_column(default=0, server_default="0")
    continues: Mapped[str | None] = mapped_column(String(64))

    __table_args__ = (Index("ix_call_records_offered_at", "offered_at"),)


class RecordingRow(Base):
    """R-126. A file of the folder of recordings; the folder of a later house may have a file of the same name."""

    __tablename__ = "recordings"

    file: Mapped[str] = mapped_column(String(255), primary_key=True)
    started_at: Mapped[datetime] = mapped_column(UtcTime, primary_key=True)
    call: Mapped[str] = mapped_column(String(64), index=True)
    mode: Mapped[str] = mapped_column(String(16))
    talk_ms: Mapped[int]
    duration_ms: Mapped[int]
    gap_ms: Mapped[int]
    lost_octets: Mapped[int] = mapped_column(BigInteger)
    octets: Mapped[int] = mapped_column(BigInteger)
    sha256: Mapped[str] = mapped_column(String(64))
    service: Mapped[str | None] = mapped_column(String(32))
    seat: Mapped[str | None] = mapped_column(String(32))
    called: Mapped[str] = mapped_column(String(32))
    calling: Mapped[str | None] = mapped_column(String(32))

    __table_args__ = (Index("ix_recordings_started_at", "started_at"),)


class FaxRequestRow(Base):
    """R-248. A call asks for a document once, for a number."""

    __tablename__ = "fax_requests"

    call: Mapped[str] = mapped_column(String(64), primary_key=True)
    document: Mapped[str] = mapped_column(String(64), primary_key=True)
    number: Mapped[str] = mapped_column(NUMBER, primary_key=True)
    asked_at: Mapped[datetime] = mapped_column(UtcTime)
    account: Mapped[str | None] = mapped_column(CONTRACT)
    language: Mapped[str] = mapped_column(String(2))

    __table_args__ = (CheckConstraint("language IN ('zh', 'en')", name="language"),)


class CampaignRow(Base):
    """An autodial campaign. `definition` is the file it was made of, kept word for word."""

    __tablename__ = "campaigns"

    name: Mapped[str] = mapped_column(String(80), primary_key=True)
    definition: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(String(12))
    created_at: Mapped[datetime] = mapped_column(UtcTime)
    started_at: Mapped[datetime | None] = mapped_column(UtcTime)
    finished_at: Mapped[datetime | None] = mapped_column(UtcTime)

    __table_args__ = (CheckConstraint("state IN ('new', 'running', 'stopped', 'finished')", name="state"),)


class CampaignContactRow(Base):
    """One contact of a campaign, in the order of the list. `skipped` says why he is not called at all."""

    __tablename__ = "campaign_contacts"

    campaign: Mapped[str] = mapped_column(String(80), ForeignKey("campaigns.name"), primary_key=True)
    contact: Mapped[str] = mapped_column(String(80), primary_key=True)
    position: Mapped[int]
    numbers: Mapped[list[str]] = mapped_column(JSON)
    zone: Mapped[str | None] = mapped_column(String(64))
    data: Mapped[dict[str, str]] = mapped_column(JSON)
    skipped: Mapped[str | None] = mapped_column(String(40))
    due: Mapped[datetime | None] = mapped_column(UtcTime)
    verdict: Mapped[str | None] = mapped_column(String(40))
    is_withdrawn: Mapped[bool] = mapped_column(default=False)
    struck: Mapped[list[str]] = mapped_column(JSON)

    __table_args__ = (Index("ix_campaign_contacts_order", "campaign", "position"),)


class CampaignAttemptRow(Base):
    """One call: written before it is dialled, closed when it is over. While `ended_at` is NULL nobody knows the end."""

    __tablename__ = "campaign_attempts"

    campaign: Mapped[str] = mapped_column(String(80), primary_key=True)
    contact: Mapped[str] = mapped_column(String(80), primary_key=True)
    attempt: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    number: Mapped[str] = mapped_column(NUMBER)
    dialled_at: Mapped[datetime] = mapped_column(UtcTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcTime)
    result: Mapped[str | None] = mapped_column(String(40))
    seat: Mapped[str | None] = mapped_column(String(32))

    __table_args__ = (
        ForeignKeyConstraint(
            ["campaign", "contact"],
            ["campaign_contacts.campaign", "campaign_contacts.contact"],
            name="fk_campaign_attempts_contact",
        ),
        Index("ix_campaign_attempts_number", "number", "dialled_at"),
    )


class CampaignAnswerRow(Base):
    """What a contact has keyed in a call: a confirmation, an answer of a survey. The last one counts."""

    __tablename__ = "campaign_answers"

    campaign: Mapped[str] = mapped_column(String(80), primary_key=True)
    contact: Mapped[str] = mapped_column(String(80), primary_key=True)
    question: Mapped[str] = mapped_column(String(40), primary_key=True)
    keys: Mapped[str] = mapped_column(String(32))
    at: Mapped[datetime] = mapped_column(UtcTime)

    __table_args__ = (
        ForeignKeyConstraint(
            ["campaign", "contact"],
            ["campaign_contacts.campaign", "campaign_contacts.contact"],
            name="fk_campaign_answers_contact",
        ),
    )


class DoNotCallRow(Base):
    """A number that no campaign calls; asked again at the moment of dialling."""

    __tablename__ = "do_not_call"

    number: Mapped[str] = mapped_column(NUMBER, primary_key=True)
    since: Mapped[datetime] = mapped_column(UtcTime)
    why: Mapped[str] = mapped_column(String(200))


class JobRow(Base):
    """What is to be done at a time, once: `kind` and `key` are its name. `epoch` counts how often it was begun."""

    __tablename__ = "jobs"

    kind: Mapped[str] = mapped_column(String(40), primary_key=True)
    key: Mapped[str] = mapped_column(String(120), primary_key=True)
    due: Mapped[datetime] = mapped_column(UtcTime)
    state: Mapped[str] = mapped_column(String(12))
    epoch: Mapped[int] = mapped_column(default=0)
    ended_at: Mapped[datetime | None] = mapped_column(UtcTime)
    note: Mapped[str | None] = mapped_column(String(200))

    __table_args__ = (
        CheckConstraint("state IN ('planned', 'running', 'done', 'missed', 'failed', 'cancelled')", name="state"),
        Index("ix_jobs_due", "state", "due"),
    )
