"""`POST /v1/embeddings` and `GET /v1/models`, as OpenAI-compatible clients ask them."""

from typing import Any

from litestar import Controller, MediaType, Request, Response, get, post
from litestar.di import NamedDependency
from litestar.openapi.datastructures import ResponseSpec
from litestar.params import FromPath

from app.admin.authentication import needs_unless_public
from app.embeddings.errors import OPENAI_ERRORS, ErrorAnswer
from app.embeddings.openapi import EmbeddingsBody
from app.embeddings.reading import read_request
from app.embeddings.schemas import EmbeddingList, Model, ModelList
from app.live import Live

_ERRORS = {
    400: ResponseSpec(ErrorAnswer, description="The request is not valid"),
    404: ResponseSpec(ErrorAnswer, description="There is no such model"),
    429: ResponseSpec(ErrorAnswer, description="Too many lists at once; try again"),
    503: ResponseSpec(ErrorAnswer, description="The encoder does not answer"),
}


class EmbeddingsController(Controller):
    path = "/v1"
    tags = ("embeddings",)
    guards = (needs_unless_public("search"),)
    exception_handlers = OPENAI_ERRORS

    @post(
        "/embeddings",
        status_code=200,
        responses={200: ResponseSpec(EmbeddingList, description="The vectors"), **_ERRORS},
        operation_class=EmbeddingsBody,
    )
    async def embed(
        self, request: Request[Any, Any, Any], services: NamedDependency[Live]
    ) -> Response[bytes]:
        """Texts into the vectors that items and queries are compared by, in OpenAI's shape. One
        text is encoded as a query is; a list in small chunks, so that searches come in between."""
        answer = await services.embeddings.embed(read_request(await request.body()))
        return Response(answer, media_type=MediaType.JSON)

    @get("/models", sync_to_thread=True)
    def models(self, services: NamedDependency[Live]) -> ModelList:
        """The encoder that is live."""
        return services.embeddings.models()

    @get("/models/{name:str}", sync_to_thread=True, responses={404: _ERRORS[404]})
    def model(self, name: FromPath[str], services: NamedDependency[Live]) -> Model:
        """The encoder that is live, where that is the one named."""
        return services.embeddings.model(name)
