"""The pure core: field tables, checks, differences. Standard library only; nothing here asks anybody anything."""
