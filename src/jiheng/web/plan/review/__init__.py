"""The review desk: the queue, the page where a table is reviewed, batches, approvals and versions."""
