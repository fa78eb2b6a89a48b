"""What the results stage stores."""

from jiheng.web.results.models.rectification import Rectification, RectificationStep

__all__ = ["Rectification", "RectificationStep"]
