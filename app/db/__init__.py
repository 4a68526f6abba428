"""Tables and engine; the only package besides the repositories that knows SQL."""
