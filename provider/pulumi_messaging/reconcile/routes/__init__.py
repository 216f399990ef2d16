"""What only message routes have: Telegent's calls, and the numbers of the inventory that use a route."""
