"""Telnyx accounts, in the emulator and of any size."""
