"""What shoppers were shown and what they did with it: the log that the ranking learns from."""
