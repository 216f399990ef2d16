"""Objects with a name, made and deleted by the vendor: create, adopt, read, update, rename, delete."""
