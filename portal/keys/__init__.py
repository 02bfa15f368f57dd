"""The master keys under which secrets lie."""
