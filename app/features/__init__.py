"""What the ranking model reads about items, joined from Postgres."""
