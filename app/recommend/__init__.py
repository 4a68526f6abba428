"""What to show beside items or to a shopper: what is like them, or what others took with them."""
