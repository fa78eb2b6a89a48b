"""What the evaluation stage tells later stages, which it may not import."""

from __future__ import annotations

from django.dispatch import Signal

finding_made = Signal()
"""A self-evaluation was accepted by finance though its score is below the pass mark, or though doubts remain.

Sent within the transaction of the acceptance, with ``evaluation`` (:class:`SelfEvaluation`), ``kind`` (``"score"`` or
``"honesty"``), ``title`` and ``description`` in Chinese.
"""
