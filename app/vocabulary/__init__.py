"""The words of the live catalogue, and what a word that is none of them was meant to be."""
