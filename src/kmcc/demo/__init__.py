"""`kmcc demo`: a scripted morning of the whole house in virtual time, shown as it goes and kept in a folder."""
