"""`/v1/admin/features` over HTTP: the features that searches are ranked by, and how they fare."""

from litestar import Controller, get
from litestar.di import NamedDependency

from app.admin.authentication import needs
from app.features.watch import FeatureReport
from app.live import Live


class FeaturesController(Controller):
    path = "/v1/admin/features"
    tags = ("models",)
    guards = (needs("models"),)

    @get(sync_to_thread=True)
    def read(self, services: NamedDependency[Live]) -> FeatureReport:
        """Each feature with its definition, its mean over the lists shown last, how many values say
        nothing, and its drift from what the live model was trained on; and how long events take to
        become features."""
        return services.watch.read()
