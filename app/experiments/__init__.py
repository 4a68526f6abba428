"""Experiments: who gets which model and rules, what came of it, and when to stop."""
