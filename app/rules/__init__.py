"""Business rules kept in Postgres, and the live rule set."""
