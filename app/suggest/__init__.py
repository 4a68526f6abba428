"""What a shopper may be about to type: queries, items and categories for an unfinished word."""
