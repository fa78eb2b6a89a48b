"""The checker: what the best reviewer would mark. One file a family, one short function a rule."""
