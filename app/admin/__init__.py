"""What merchandisers and operators do, under `/v1/admin`."""
