"""What children do, one module a task, each with ``run(connection, request)``."""
