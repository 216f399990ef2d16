"""The estate of an account: its message routes, messaging profiles and numbers, as the vendors' lists show them."""
