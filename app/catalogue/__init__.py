"""The catalogue in columns: what facets, sorts and totals are counted from."""
