"""How likely each position is looked at, as training has estimated it from time to time."""

from collections.abc import Sequence

from sqlalchemy import Connection, func, select

from app.db.tables import examination_curves
from app.features.progress import lock_progress
from ranking.behaviour import BEHAVIOUR
from ranking.examination import ExaminationCurve, ExaminationCurves

DEFAULT_CURVE = ExaminationCurve(
    BEHAVIOUR.definitions.examination.parts_per_million, origin="default"
)


def add_curve(connection: Connection, parts_per_million: Sequence[int], origin: str) -> None:
    """Lists that become known from now on are counted by it. Waits for the step that is counting:
    so none is under way that would count a later list by the curve before."""
    lock_progress(connection)
    connection.execute(
        examination_curves.insert().values(
            known_at=func.clock_timestamp(),
            parts_per_million=list(parts_per_million),
            origin=origin,
        )
    )


def read_curves(connection: Connection) -> ExaminationCurves:
    rows = connection.execute(
        select(examination_curves).order_by(examination_curves.c.known_at, examination_curves.c.id)
    )
    known = [
        (row.known_at, ExaminationCurve(tuple(row.parts_per_million), row.origin)) for row in rows
    ]
    return ExaminationCurves(DEFAULT_CURVE, known)
