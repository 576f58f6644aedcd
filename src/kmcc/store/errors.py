"""Errors of the store; every text names the place and what to do, none holds a password or a parameter of a query."""

from datetime import date

from kmcc.errors import KmccError


class StoreError(KmccError):
    """Base of all that the store can raise."""


class DatabaseUnavailableError(StoreError):
    """The database cannot be opened, or was lost while it was used."""

    def __init__(self, url: str, reason: str) -> None:
        super().__init__(f"database {url}: {reason}; check the URL, the server, the folder's rights")


class SchemaMissingError(StoreError):
    def __init__(self, url: str, wanted: str) -> None:
        super().__init__(f"database {url} has no tables of ours, expected schema {wanted}; migrate it first")


class SchemaOlderError(StoreError):
    def __init__(self, url: str, found: str, wanted: str) -> None:
        super().__init__(f"database {url} has schema {found}, expected {wanted}; back it up, then migrate it")


class SchemaNewerError(StoreError):
    def __init__(self, url: str, found: str, wanted: str) -> None:
        super().__init__(
            f"database {url} has schema {found}, which this release does not know (it expects {wanted}); "
            "run the release that wrote it, or restore a backup"
        )


class RuleBrokenError(StoreError):
    """The database refused a row: it names the rule, the transaction is undone."""

    def __init__(self, url: str, rule: str) -> None:
        super().__init__(f"database {url} refused a row: {rule}")


class RecordIsFinalError(StoreError):
    """Somebody tried to change or remove a row of an append-only table."""

    def __init__(self, table: str) -> None:
        super().__init__(f"table {table} is append-only: its rows are neither changed nor removed")


class DuplicateCallRecordError(StoreError):
    def __init__(self, record: str) -> None:
        super().__init__(f"call record {record} is already written; a record is written once")


class UnknownNumberError(StoreError):
    def __init__(self, number: str) -> None:
        super().__init__(f"no customer has the number or contract {number}")


class UnknownBillError(StoreError):
    def __init__(self, number: str, month: str) -> None:
        super().__init__(f"number {number} has no bill of {month}")


class UnknownDebtorError(StoreError):
    def __init__(self, number: str, month: str) -> None:
        super().__init__(f"number {number} is not on the list of debtors of {month}; list them first")


class PasswordMalformedError(StoreError):
    """The text does not say what was given: it could be most of somebody's password."""

    def __init__(self, digits: int) -> None:
        super().__init__(f"a password is exactly {digits} digits 0-9")


class NoticePeriodWrongError(StoreError):
    def __init__(self, old_number: str, valid_from: date, valid_until: date) -> None:
        super().__init__(f"changed number {old_number}: valid until {valid_until}, which is before {valid_from}")


class NewNumberMissingError(StoreError):
    def __init__(self, old_number: str) -> None:
        super().__init__(f"changed number {old_number} needs an old and a new number of 1 to 20 digits")


class NumberUnchangedError(StoreError):
    """It would be put through to itself for ever."""

    def __init__(self, number: str) -> None:
        super().__init__(f"changed number {number} needs a new number that is another one")


class UnknownNoticeError(StoreError):
    def __init__(self, old_number: str, valid_from: date | None) -> None:
        day = "" if valid_from is None else f" that begins on {valid_from}"
        super().__init__(f"number {old_number} has no notice{day}; see: kmcc number-change list")


class EventLogBrokenError(StoreError):
    def __init__(self, path: str, what: str) -> None:
        super().__init__(f"event log {path}: {what}; move the file away or restore it, the numbering must go on")


class FieldMalformedError(StoreError):
    def __init__(self, kind: str, name: str) -> None:
        super().__init__(f"event {kind}: field {name} must be text, a finite number, a truth value or None")


class EventLogInUseError(StoreError):
    """Another house writes this log."""

    def __init__(self, path: str) -> None:
        super().__init__(f"event log {path}: another kmcc writes it; expected a log, and a folder, of its own a house")


class CampaignExistsError(StoreError):
    def __init__(self, name: str) -> None:
        super().__init__(f"campaign {name} exists already; expected a new name")


class UnknownCampaignError(StoreError):
    def __init__(self, name: str) -> None:
        super().__init__(f"there is no campaign {name}")


class UnknownJobError(StoreError):
    def __init__(self, kind: str, key: str) -> None:
        super().__init__(f"there is no job {kind} {key}")
