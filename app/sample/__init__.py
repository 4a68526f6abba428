"""The sample catalogue: a shop that the project generates itself, the same each time.

`catalogue` makes the items, `pictures` draws them, `judgments` grades them, `writer` keeps all.
"""
