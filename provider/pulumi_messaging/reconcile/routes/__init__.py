"""Telegent message routes: create, adopt, read, update, rename, delete."""
