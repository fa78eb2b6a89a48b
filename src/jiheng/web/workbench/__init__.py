"""The first page of everybody: what is mine to do, what is late, where everything stands."""
