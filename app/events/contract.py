"""The data contract for events, read from `contracts/event.odcs.yaml`."""

from functools import cache

from indexing.contract import CONTRACT_FILE, Contract, read_contract

EVENT_CONTRACT_FILE = CONTRACT_FILE.with_name("event.odcs.yaml")


@cache
def event_contract() -> Contract:
    return read_contract(EVENT_CONTRACT_FILE.read_text(encoding="utf-8"))


def retention_days() -> int:
    """How long events and lists are kept after they were stored."""
    return int(event_contract().promise("retention").value)
