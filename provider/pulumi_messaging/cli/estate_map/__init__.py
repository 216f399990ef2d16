"""`pulumi-messaging map`: who receives what, as a page, a drawing, a text or JSON."""
