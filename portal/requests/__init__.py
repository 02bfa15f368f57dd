"""Asking for more: a plan or a limit that an owner cannot set alone, answered by a platform administrator."""
