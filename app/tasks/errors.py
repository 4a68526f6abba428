"""What can go wrong with tasks; `app/errors.py` says what each is over HTTP."""


class TaskError(Exception):
    """Root of what is wrong with tasks; its text is fit to be shown to a user."""


class TaskNotFound(TaskError):
    def __init__(self, task_id: int) -> None:
        super().__init__(f"there is no task {task_id}")


class CannotCancel(TaskError):
    """The task has ended, or is of a kind that cannot be taken back."""


class HookNotFound(TaskError):
    def __init__(self, hook_id: int) -> None:
        super().__init__(f"there is no webhook {hook_id}")


class InvalidHook(TaskError):
    """Its address cannot be posted to."""


class TooManyHooks(TaskError):
    def __init__(self, most: int) -> None:
        super().__init__(f"there are {most} webhooks already; delete one that is not needed")
