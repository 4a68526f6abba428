"""Items in Postgres, their way in, and their way on to the index."""
