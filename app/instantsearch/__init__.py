"""Algolia's search and insights protocol, for front ends that speak it; translated into ours."""
