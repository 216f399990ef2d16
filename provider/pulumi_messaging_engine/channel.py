"""Limits of gRPC channels, the same as the Pulumi CLI's."""

from __future__ import annotations

from typing import Final

_MEBIBYTE: Final = 1024 * 1024
CHANNEL_OPTIONS: Final = (
    ("grpc.max_receive_message_length", 400 * _MEBIBYTE),
    ("grpc.max_send_message_length", 400 * _MEBIBYTE),
    ("grpc.max_metadata_size", 16 * _MEBIBYTE),  # an error's text travels in a header
    ("grpc.absolute_max_metadata_size", 16 * _MEBIBYTE),
)
