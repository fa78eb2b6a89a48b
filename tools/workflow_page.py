"""The handbook's page of the workflow, with its diagram, from ``jiheng.web.plan.workflow.TRANSITIONS``."""

from __future__ import annotations

import os
from collections.abc import Iterator
from html import escape

WIDTH, HEIGHT, BOX, TALL, TOP = 1180, 450, 124, 48, 116
GAP = (WIDTH - 6 * BOX - 40) // 5
COLOURS = {"on": "#1f4e8c", "back": "#b26a00"}


def render() -> Iterator[tuple[str, str]]:
    """The page and its picture."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "web_test_settings")
    import django

    django.setup()
    yield "workflow.md", _page()
    yield "workflow.svg", _picture()


def _page() -> str:
    from jiheng.web.org.permissions import PERMISSIONS
    from jiheng.web.plan import checking, workflow

    lines = [
        "# 绩效目标的流转",
        "",
        "<!-- 由 tools/workflow_page.py 生成，不要手改。 -->",
        "",
        "谁在什么时候能做什么，只写在一处：`jiheng/web/plan/workflow.py` 的 `TRANSITIONS`。这一页和下面的图由它生成。",
        "",
        "![绩效目标流转图](workflow.svg)",
        "",
        "| 步骤 | 代号 | 从 | 到 | 谁 | 要写理由 | 条件 |",
        "| --- | --- | --- | --- | --- | --- | --- |",
    ]
    for s in workflow.TRANSITIONS:
        roles = dict.fromkeys(r.label for p in (s.permission, *s.also) for r in sorted(PERMISSIONS[p][1]))
        sources = "、".join(x.label for x in s.sources)
        reason = "是" if s.needs_reason else ""
        condition = _CONDITIONS[s.condition.__name__] if s.condition else ""
        cells = (s.label, f"`{s.name}`", sources, s.target.label, "、".join(roles), reason, condition)
        lines.append(f"| {' | '.join(cells)} |")
    money = "，".join(f"{least:f} 万元起 {risk} 分" for least, risk in checking.MONEY_RISK)
    errors, warnings, most = checking.ERROR_RISK, checking.WARNING_RISK, checking.MOST_OF_FINDINGS
    lines += [
        "",
        "- 每一步写一条流转记录和一条审计日志，并通知轮到的人；一批项目只通知一次。",
        "- 批复时冻结一个版本（绩效目标表当时的全部内容），以后不再变。",
        "- 批复后调整，从草稿重新走一遍，再批复后成为新的版本。",
        "- 审核表的评分算数：策略包规定哪个等级不得走哪一步（“差”不得进入下一步）。",
        "- 部门确需通过评为“差”的，写明理由；确需批复的，由财政领导写明理由。",
        "- 成批办理时有一个不行，全部不办，并写明是哪一个。",
        "- 几个人评了分，以最低的为准；评分后表有修改的，注明“评分后有修改”，要重新评分。",
        "- 检查器的错误：预算年度规定“有错误不得上报”的，改正后才能上报；否则可以写明理由后上报。",
        "",
        "## 风险分",
        "",
        "审核队列按风险分排序，0 到 100，各部分相加：",
        "",
        f"- 检查结果：每处错误 {errors} 分，每处警告 {warnings} 分，最多 {most} 分。",
        f"- 资金：{money}。",
        f"- 经历：每被退回一次 {checking.RETURN_RISK} 分，最多 {checking.MOST_OF_RETURNS} 分。",
        f"- 新项目：没有上年项目的，{checking.NEW_PROJECT_RISK} 分。",
        "",
    ]
    return "\n".join(lines)


_CONDITIONS = {
    "is_sound": "有项目名称；检查器没有错误，或按年度规定写明了理由",
    "is_untouched": "对方还没有批注，也没有填审核表",
    "is_in_an_open_year": "本年度开放编报",
}


def _left(n: int) -> int:
    return 20 + n * (BOX + GAP)


def _picture() -> str:
    from jiheng.web.plan.states import State
    from jiheng.web.plan.workflow import TRANSITIONS

    order = list(State)
    marks = "".join(
        f'<marker id="{name}" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto">'
        f'<path d="M0 0L8 4L0 8z" fill="{colour}"/></marker>'
        for name, colour in COLOURS.items()
    )
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" font-family="sans-serif">',
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#fff"/>',
        f"<title>绩效目标流转图</title><defs>{marks}</defs>",
    ]
    for n, state in enumerate(order):
        x = _left(n)
        parts.append(f'<rect x="{x}" y="{TOP}" width="{BOX}" height="{TALL}" rx="6" fill="#e8eff8" stroke="#1f4e8c"/>')
        parts.append(_text(x + BOX / 2, TOP + TALL / 2 + 5, state.label, "#1c2430"))
    loops = [s.label for s in TRANSITIONS if s.target in s.sources]
    parts.append(_text(_left(0) + BOX / 2, TOP - 12, "、".join(loops), "#5d6b7c", 12))
    arcs = [
        (order.index(source), order.index(s.target), s.label)
        for s in TRANSITIONS for source in s.sources if source != s.target
    ]  # fmt: skip
    depth = {True: 0, False: 0}
    for a, b, label in sorted(arcs, key=lambda arc: (abs(arc[0] - arc[1]), arc)):
        forward = b > a
        straight = forward and b == a + 1
        parts.extend(_straight(a, label) if straight else _arc(a, b, label, forward, depth))
    return "\n".join([*parts, "</svg>", ""])


def _text(x: float, y: float, text: str, colour: str, size: int = 13) -> str:
    halo = 'stroke="#fff" stroke-width="4" paint-order="stroke"'
    place = f'x="{x:.0f}" y="{y:.0f}" text-anchor="middle"'
    return f'<text {place} fill="{colour}" font-size="{size}" {halo}>{escape(text)}</text>'


def _straight(a: int, label: str) -> Iterator[str]:
    x, y = _left(a) + BOX, TOP + TALL / 2
    yield f'<path d="M{x} {y:.0f}H{x + GAP - 2}" stroke="{COLOURS["on"]}" fill="none" marker-end="url(#on)"/>'
    yield _text(x + GAP / 2, y - 8, label, COLOURS["on"], 12)


def _arc(a: int, b: int, label: str, forward: bool, depth: dict[bool, int]) -> Iterator[str]:
    """Skips ahead bow above the boxes, ways back below them, each deeper than the one before."""
    depth[forward] += 1
    kind = "on" if forward else "back"
    bow = (40 + 40 * depth[forward]) if forward else (18 + 22 * depth[forward])
    shift = 0 if forward else (depth[forward] % 7 - 3) * 9
    x1, x2 = _left(a) + BOX / 2 + shift, _left(b) + BOX / 2 + shift + (8 if b < a else 0)
    y = TOP if forward else TOP + TALL
    far = y - bow if forward else y + bow
    way = f"M{x1:.0f} {y}V{far}H{x2:.0f}V{y - 2 if forward else y + 2}"
    yield f'<path d="{way}" stroke="{COLOURS[kind]}" fill="none" stroke-linejoin="round" marker-end="url(#{kind})"/>'
    yield _text((x1 + x2) / 2, far + 4, label, COLOURS[kind], 12)
