"""Floor 2: T.4 pages, T.30 sessions and the fax spool. Nothing is built yet; see docs/design.md."""
