"""Tables, migrations, repositories and the event log (SQLAlchemy, Alembic)."""
