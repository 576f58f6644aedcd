"""Calls, circuits, numbering, announcements, voice menus, the queue machine, autodial and CDRs."""
