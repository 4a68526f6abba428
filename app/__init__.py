"""The web service, all SQL, and the only place where the parts are put together."""
