"""The live encoder as a service, in the shape that OpenAI-compatible clients speak."""
