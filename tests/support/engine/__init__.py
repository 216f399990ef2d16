"""The local engine's tests: a project, a provider of its own, programs for both engines."""
