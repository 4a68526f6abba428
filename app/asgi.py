"""Makes the web application around what is open."""

from importlib.metadata import version

from litestar import Litestar
from litestar.config.compression import CompressionConfig
from litestar.datastructures import State
from litestar.di import Provide
from litestar.middleware import DefineMiddleware
from litestar.openapi import OpenAPIConfig

from app.accepted import NoteAcceptance, accepted_at
from app.admin.authentication import KEY_RING, PUBLIC_SEARCH
from app.admin.contract_controller import ContractController
from app.admin.dead_letters_controller import DeadLettersController
from app.admin.experiments_controller import ExperimentsController
from app.admin.features_controller import FeaturesController
from app.admin.keys_controller import KeysController
from app.admin.models_controller import ModelsController
from app.admin.preview_controller import PreviewController
from app.admin.records_controller import RecordsController
from app.admin.rules_controller import RulesController
from app.admin.rulesets_controller import RuleSetsController
from app.cross_origin import CrossOrigin
from app.embeddings.controller import EmbeddingsController
from app.errors import EXCEPTION_HANDLERS, INDEX_REPAIR, refuse_unusable_address
from app.events.controller import ClientsController, EventsController
from app.health import HealthController
from app.instantsearch.controller import (
    InsightsController,
    InstantSearchController,
    not_offered,
)
from app.items.controller import ItemsController
from app.live import Live
from app.recommend.controller import RecommendController
from app.recommend.recommender import Recommender
from app.reindex.controller import ReindexController
from app.search.controller import SearchController
from app.search.multi_search import MultiSearchController
from app.search.pipeline import SearchPipeline
from app.suggest.controller import SuggestController
from app.tasks.controller import TasksController
from app.tasks.hooks_controller import HooksController
from app.ui.lookup import ItemLookup
from app.ui.parts import ui_plugin_parts
from app.webhooks.controller import WebhooksController

MAX_BODY_BYTES = 2**20


def create_app(live: Live) -> Litestar:
    """`live` is open already and is closed by whoever opened it."""
    lookup = ItemLookup(live.engine)
    ui = ui_plugin_parts()

    def search() -> SearchPipeline:
        return live.search

    def services() -> Live:
        return live

    def recommending() -> Recommender:
        return live.recommender

    def item_lookup() -> ItemLookup:
        return lookup

    return Litestar(
        route_handlers=[
            SearchController,
            MultiSearchController,
            SuggestController,
            RecommendController,
            HealthController,
            ItemsController,
            TasksController,
            HooksController,
            WebhooksController,
            DeadLettersController,
            ContractController,
            ReindexController,
            EmbeddingsController,
            EventsController,
            ClientsController,
            KeysController,
            RulesController,
            PreviewController,
            RuleSetsController,
            RecordsController,
            ModelsController,
            ExperimentsController,
            FeaturesController,
            InstantSearchController,
            InsightsController,
            not_offered,
            *ui.route_handlers,
        ],
        state=State(
            {
                KEY_RING: live.keys,
                PUBLIC_SEARCH: live.settings.public_search,
                INDEX_REPAIR: lambda: live.rebuilder.repairing,
            }
        ),
        dependencies={
            "search": Provide(search, sync_to_thread=False, use_cache=True),
            "services": Provide(services, sync_to_thread=False, use_cache=True),
            "recommending": Provide(recommending, sync_to_thread=False, use_cache=True),
            "item_lookup": Provide(item_lookup, sync_to_thread=False, use_cache=True),
            "accepted": Provide(accepted_at, sync_to_thread=False),
        },
        middleware=[
            NoteAcceptance,
            DefineMiddleware(CrossOrigin, origins=live.settings.allowed_origins),
        ],
        exception_handlers=EXCEPTION_HANDLERS,
        before_request=refuse_unusable_address,
        template_config=ui.template_config,
        # Pages and scripts shrink to a fifth; the API's callers are servers nearby, where packing
        # an answer takes longer than sending it.
        compression_config=CompressionConfig(backend="gzip", exclude="^/v1/"),
        request_max_body_size=MAX_BODY_BYTES,
        openapi_config=OpenAPIConfig(
            title="Endcap",
            version=version("endcap"),
            description="The search a shop can steer.",
            path="/schema",
        ),
    )
