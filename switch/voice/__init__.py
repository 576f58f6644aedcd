"""Voice navigation: menus and services as data, checked as a whole and run by one interpreter (R-235..R-252)."""
