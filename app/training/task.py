"""The task `models.train`: judged queries through the live pipeline, training in a process of its
own, and the new model live in this one."""

from collections.abc import Callable

import msgspec
from sqlalchemy import Engine

from app.judgments import stored_judgments
from app.live_index import LiveIndex
from app.search.pipeline import SearchPipeline
from app.tasks.runner import Run, TaskFailed
from app.training.judged import Judged, judge
from app.training.process import Places, TrainingFailed, train_apart
from app.training.request import Outcome, Report, TrainingRequest

Train = Callable[[Places, TrainingRequest, Judged, str, Report], Outcome]


class TrainingTask:
    def __init__(
        self,
        engine: Engine,
        places: Places,
        search: SearchPipeline,
        index: LiveIndex,
        refresh: Callable[[], None],
        profile: Callable[[str], None],
        train: Train = train_apart,
    ) -> None:
        """`refresh` has this process take over what became live; `profile` looks at what a version
        shows, for its drift to be measured against."""
        self._engine = engine
        self._places = places
        self._search = search
        self._index = index
        self._refresh = refresh
        self._profile = profile
        self._train = train

    def run(self, run: Run) -> None:
        request = msgspec.convert(run.task.request, TrainingRequest)
        judged = self._judged(run)
        if request.judgments and not judged.lists:
            raise TaskFailed("no judgments are stored; train once with `endcap train --judgments`")
        try:
            outcome = self._train(self._places, request, judged, run.task.created_by, run.step)
        except TrainingFailed as error:
            raise TaskFailed(str(error)) from error
        if outcome.live:
            self._refresh()
        run.step({"phase": "looking at what it shows"})
        self._profile(outcome.version)
        run.step({"phase": "done", **msgspec.to_builtins(outcome)})

    def _judged(self, run: Run) -> Judged:
        with self._engine.connect() as connection:
            judgments = stored_judgments(connection)
        if not judgments.answerable:
            return Judged()
        total, done = len(judgments.answerable), 0

        def step(count: int) -> None:
            nonlocal done
            done += count
            run.step({"phase": "retrieving judged queries", "done": done, "steps": total})

        with self._index.lease() as serving:
            return judge(self._search, serving, judgments, "stored", step)
