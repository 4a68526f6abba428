"""How OpenAPI shows the body of `POST /v1/embeddings`, which the route reads itself."""

from litestar.openapi.spec import OpenAPIType, Schema

from app.embeddings.schemas import MAX_TEXT_LENGTH, MAX_TEXTS
from app.openapi import taking


def _request() -> Schema:
    text = Schema(type=OpenAPIType.STRING, min_length=1, max_length=MAX_TEXT_LENGTH)
    texts = Schema(type=OpenAPIType.ARRAY, items=text, min_items=1, max_items=MAX_TEXTS)
    return Schema(
        title="EmbeddingsRequest",
        type=OpenAPIType.OBJECT,
        properties={
            "model": Schema(
                type=OpenAPIType.STRING,
                description="As `GET /v1/models` lists it; `endcap` for whichever is live.",
            ),
            "input": Schema(one_of=[text, texts], description="Texts; no token numbers."),
            "encoding_format": Schema(
                type=OpenAPIType.STRING,
                enum=["float", "base64"],
                default="float",
                description="`base64`: 32-bit floats, little-endian.",
            ),
            "dimensions": Schema(
                type=[OpenAPIType.INTEGER, OpenAPIType.NULL],
                minimum=1,
                description="Only the first so many numbers, brought to the length 1 again.",
            ),
        },
        required=["model", "input"],
        additional_properties=True,
    )


EmbeddingsBody = taking(_request)
