"""A piece of background work with its progress."""

from __future__ import annotations

from django.conf import settings
from django.db import models


class Job(models.Model):
    """Work that was asked for. ``kind`` names a function declared with :func:`jiheng.web.jobs.kinds.job`.

    Work is cut into steps that each commit with the progress they made, so that a killed server resumes where it was.
    """

    class State(models.TextChoices):
        WAITING = "waiting", "等待中"
        RUNNING = "running", "进行中"
        DONE = "done", "已完成"
        FAILED = "failed", "未完成"
        CANCELLED = "cancelled", "已取消"

    OPEN = (State.WAITING, State.RUNNING)
    """Still to do, or being done."""
    kind = models.CharField(max_length=64, db_index=True)
    title = models.CharField("任务", max_length=200)
    payload = models.JSONField(default=dict)
    state = models.CharField("状态", max_length=16, choices=State.choices, default=State.WAITING, db_index=True)
    done = models.IntegerField(default=0)
    total = models.IntegerField(default=0)
    message = models.CharField("进展", max_length=500, blank=True)
    result = models.JSONField(default=dict)
    attempts = models.IntegerField(default=0)
    """How often it was begun; also names the attempt, so that one that was given up for dead cannot write any more."""
    fruitless = models.IntegerField(default=0)
    """How many attempts in a row, with the present one, have not finished a single step."""
    worker = models.CharField(max_length=64, blank=True, default="", db_index=True)
    """The worker that began it last."""
    due = models.DateTimeField(null=True)
    """Not to be begun before; at once where there is none."""
    heartbeat = models.DateTimeField(null=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, null=True, related_name="jobs")
    created_at = models.DateTimeField(auto_now_add=True)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-created_at"]
        verbose_name = "后台任务"

    def __str__(self) -> str:
        return self.title

    @property
    def percent(self) -> int:
        """How far it is, 0 to 100."""
        if self.state == self.State.DONE:
            return 100
        return min(99, self.done * 100 // self.total) if self.total else 0

    @property
    def is_open(self) -> bool:
        """Whether it is still to do or being done."""
        return self.state in self.OPEN
