"""The demo: the true system in separate processes, on data of its own, judged by gold. ``fedlm demo``."""
