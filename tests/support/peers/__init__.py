"""Hostile vendors: sockets, certificates, spoilt answers."""
