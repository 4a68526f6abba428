"""Work that outlives the request that asked for it: its state, its progress, who is told."""
