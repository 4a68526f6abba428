"""What may be suggested, as Postgres reads it: texts to find it by and answers to show, in the
order of popularity, put together as JSON where they are read."""

from collections.abc import Iterator

from sqlalchemy import Connection, TextClause, text

from app.suggest.text_index import BATCH
from indexing.composition import PATH_SEPARATOR

DAYS = 30
MAX_QUERIES = 50_000
LONGEST_QUERY = 100
_BATCHES_AHEAD = 4


def _batched(ranked: str) -> TextClause:
    """`ranked` gives rows of `n`, counted from 1, `text` and `answer`."""
    return text(
        f"""
        select json_agg(json_build_array(text, answer) order by n)::text
        from ({ranked}) as ranked
        group by (n - 1) / {BATCH} order by (n - 1) / {BATCH}
        """  # noqa: S608 (of constants of this module)
    )


_ITEMS = _batched(
    """
    select row_number() over (order by popularity desc, review_count desc, key) as n,
        concat_ws(' ', title, brand) as text,
        json_build_object(
            'key', key, 'id', id, 'title', title, 'brand', brand, 'price', price,
            'currency', currency, 'in_stock', in_stock, 'image_url', image_url, 'url', url
        ) as answer
    from items where state = 'live'
    """
)

_CATEGORIES = _batched(
    """
    select row_number() over (order by count desc, path) as n,
        array_to_string(path, ' ') as text,
        json_build_object(
            'value', array_to_string(path, :separator), 'path', to_json(path), 'count', count
        ) as answer
    from (
        select categories[1:level] as path, count(*) as count
        from items cross join lateral generate_series(1, cardinality(categories)) as level
        where state = 'live' group by path
    ) as counted
    """
)

# What may still turn out to be typing is left out until that is known. Signs around words go, so
# that those who type `kettle!` and `kettle` ask for the same. What may be somebody's address or
# number is left out, by however many it was typed.
_QUERIES = _batched(
    r"""
    select row_number() over (order by shoppers desc, acted desc, query) as n,
        query as text, json_build_object('text', query, 'hits', hits) as answer
    from (
        select query, count(distinct client_id) as shoppers, sum(acted) as acted, max(hits) as hits
        from (
            select client_id, max(total) as hits, count(interactions_to) as acted,
                btrim(regexp_replace(query, :around_words, ' ', 'g'), :signs) as query
            from ranking_events
            where source = 'search' and client_id <> ''
                and at > now() - make_interval(days => :days) and length(query) <= :longest
                and not typing and (final or changed_in < :settled)
                and query !~ '[@＠]' and query !~ '\d{6}'
            group by client_id, ranking_events.query
        ) as asked
        where query <> '' group by query
        having count(distinct client_id) >= :shoppers and max(hits) > 0
    ) as found
    order by n limit :most
    """
)
_AROUND_WORDS = r"[[:punct:]]*\s+[[:punct:]]*"
_SIGNS = " !\"#$%&'()*+,-./:;<=>?[\\]^_`{|}~"


def read_items(connection: Connection) -> Iterator[str]:
    """Of the live catalogue; texts are titles with brands."""
    return _stream(connection, _ITEMS)


def read_categories(connection: Connection) -> Iterator[str]:
    """Each distinct path from a department down, by how many live items are in it or below."""
    return _stream(connection, _CATEGORIES, separator=PATH_SEPARATOR)


def read_queries(connection: Connection, min_shoppers: int, settled: int) -> Iterator[str]:
    """Asked within `DAYS` by so many shoppers, who are told apart by their client id, and found;
    by how many they are, and then by how often something was done with what was found. Of lists
    from the transaction `settled` on it is not known yet whether they were typing."""
    return _stream(
        connection,
        _QUERIES,
        days=DAYS,
        shoppers=min_shoppers,
        settled=settled,
        around_words=_AROUND_WORDS,
        signs=_SIGNS,
        longest=LONGEST_QUERY,
        most=MAX_QUERIES,
    )


def _stream(connection: Connection, statement: TextClause, **values: object) -> Iterator[str]:
    streaming = connection.execution_options(yield_per=_BATCHES_AHEAD)
    with streaming.execute(statement, values) as result:
        yield from result.scalars()
