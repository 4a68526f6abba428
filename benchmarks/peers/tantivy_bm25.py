"""tantivy's BM25: words alone, without encoding, which no hybrid search can undercut."""

from collections.abc import Sequence
from typing import Any

from benchmarks.systems import Ask
from indexing.composition import dense_text
from indexing.documents import Item

SETTINGS = {
    "text": "title, brand and description in one field, tokenizer en_stem",
    "query": "any of the words, BM25",
    "returned": "the stored ids, no filter",
}


class TantivyBm25:
    """One index in memory, built anew by each run in about 2 s."""

    def __init__(self, items: Sequence[Item]) -> None:
        import tantivy

        builder = tantivy.SchemaBuilder()
        builder.add_text_field("id", stored=True, tokenizer_name="raw")
        builder.add_text_field("text", stored=False, tokenizer_name="en_stem")
        self._index: Any = tantivy.Index(builder.build())
        writer = self._index.writer()
        for item in items:
            writer.add_document(tantivy.Document(id=item.id, text=dense_text(item)))
        writer.commit()
        writer.wait_merging_threads()
        self._index.reload()
        self._searcher = self._index.searcher()

    def asking(self, limit: int) -> Ask:
        def ask(text: str) -> bytes:
            query, _ = self._index.parse_query_lenient(text, ["text"])
            hits = self._searcher.search(query, limit, count=False).hits
            for _, address in hits:
                self._searcher.doc(address).get_first("id")
            return b""

        return ask
