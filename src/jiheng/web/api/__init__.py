"""Other systems read the platform: tokens, and the REST endpoints under ``/api/v1/``."""
