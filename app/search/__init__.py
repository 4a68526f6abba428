"""The search request, from HTTP to ranked and explained hits."""
