"""What Alembic runs: the steps, on the connection that was opened for it and inside its transaction."""

from alembic import context

context.configure(connection=context.config.attributes["connection"], transactional_ddl=True)
context.run_migrations()
