"""The vendors' APIs: ``telegent`` and ``telnyx``, one client each, on the one transport of ``transport``.

An endpoint is a short method named as the vendor names it: JSON objects in and out, keys as the vendor writes them.
What went wrong is one error of ``pulumi_messaging.errors``.
"""
