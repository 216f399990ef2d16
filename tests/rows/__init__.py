"""A field is one row: declarations, types, the settings file, and a field that is added."""
