"""The commands of ``fedlm``: one module each, with ``add_arguments(parser)`` and ``run(arguments) -> exit code``."""
