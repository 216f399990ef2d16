"""The names of the pytest fixture under their older import path; `pulumi_messaging.testing` has them too."""

from pulumi_messaging_engine import MessagingStack, MessagingStacks, StackFailed

__all__ = ["MessagingStack", "MessagingStacks", "StackFailed"]
