"""Business rules: values, a parser, a matcher, and the two places where they act."""
