"""What of this stage stands in somebody's name, for the day that they leave: it goes on without them."""

from __future__ import annotations

from jiheng.web.org.holdings import Holding, hold
from jiheng.web.plan.models import CellEdit, Comment, Upload
from jiheng.web.plan.states import State


def declare() -> None:
    """Tell the organisation."""
    hold(Holding(
        "plan.edited", "写过的目标表草稿（处修改）",
        lambda: CellEdit.objects.filter(project__state=State.DRAFT).select_related("project"), "by",
        lambda row: (str(row.project), f"/plan/{row.project_id}/"), "归单位，本单位的其他经办可继续编写。",
    ))  # fmt: skip
    hold(Holding(
        "plan.comments", "没有解决的批注",
        lambda: Comment.objects.filter(resolved_at=None, parent=None).select_related("project"), "author",
        lambda row: (f"{row.project}：{row.text[:30]}", f"/review/{row.project_id}/"),
        "署名不变，同岗位的人可以答复和标为已解决。",
    ))  # fmt: skip
    hold(Holding(
        "plan.uploads", "上传后没有导入的文件",
        lambda: Upload.objects.filter(state__in=(Upload.State.WAITING, Upload.State.READ)), "by",
        lambda row: (row.name, f"/import/{row.pk}/"), "归单位，能导入的人可在导入页继续办理。",
    ))  # fmt: skip
