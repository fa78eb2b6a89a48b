"""Use of results: what was found is put right, and targets are answered for down to sections and people."""
