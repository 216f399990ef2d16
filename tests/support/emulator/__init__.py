"""The emulator, as tests reach it."""
