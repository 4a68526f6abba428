"""Measurements of Endcap beside its peers, run by `make bench`."""
