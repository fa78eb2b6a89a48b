from __future__ import annotations

import time
from dataclasses import replace

import pytest
from msgspec import structs

from jiheng.model import Anchor, Document, Indicator, Project
from jiheng.policy import load
from jiheng.rules.context import CorpusContext, DocumentContext
from jiheng.rules.engine import _without_silenced, check, check_all, selected
from jiheng.rules.finding import Finding, Hit, Severity, correction
from jiheng.rules.registry import Scope, all_rules, page_parts, rule


def test_rules_are_declared_once():
    assert "P201" in all_rules()
    with pytest.raises(ValueError, match="P201"):
        rule("P201", "again", Severity.INFO, Scope.PROJECT)(lambda ctx: [])


def test_select_and_ignore_take_beginnings():
    pack = load("hebei-2023")
    assert {r.code for r in selected(pack, ["P2"], ["P20"])} == set()
    assert {r.code[0] for r in selected(pack, ["P", "D603"])} == {"P", "D"}
    assert "P205" not in {r.code for r in selected(pack, ignore=["P205"])}


def test_select_holds_for_rules_of_corpus_scope(make):
    twice = make({"projects": [{}, {"code": "13992525P00031110001X"}]})
    assert [f.code for f in check_all(twice, select=["D603"])[0]] == ["D603"]
    assert check_all(twice, select=["P"])[0] == []
    assert check_all(twice, select=["D"], ignore=["D603"])[0] == []


def test_a_pack_may_silence_a_rule_and_weigh_it_otherwise(make):
    document = make({"project": {"plan": ["0%", "0%", "0%", "100%"]}})[0]
    pack = load("hebei-2023")
    assert [f.code for f in check(document, pack, ["P"])] == ["P205"]
    assert check(document, structs.replace(pack, silent_rules=["P205"]), ["P"]) == []
    assert check(document, structs.replace(pack, severities={"P205": "error"}), ["P"])[0].severity is Severity.ERROR


def test_findings_stand_in_reading_order_with_content_and_place(make):
    document = make({"projects": [{"code": ""}, {"indicator": {"target": ""}}, {"name": ""}]})[0]
    found = check(document, select=["C"])
    assert [(f.code, f.project, f.row) for f in found] == [("C002", 1, None), ("C010", 2, 0), ("C001", 3, None)]
    assert found[1].anchor == document.projects[1].indicators[0].anchors["target"]
    assert found[1].indicator == "管护河道长度"


def test_a_finding_without_a_place_of_its_own_takes_the_next_best():
    project = Project(1, None, anchors={"title": Anchor(paragraph=3)})
    document = Document("表.docx", "docx", fiscal_year=2025, projects=(project,))
    missing_name = next(f for f in check(document, select=["C001"]))
    assert missing_name.anchor == Anchor(paragraph=3)


def test_the_more_exact_rule_speaks_of_a_place():
    def at(code, row, field="target", project=1, anchor=None):
        return Finding(code, Severity.ERROR, project, None, field, "。", row=row, anchor=anchor)

    silences = {"A1": ("A2",)}
    assert _without_silenced([at("A1", 0), at("A2", 0, "name")], silences) == [at("A1", 0)]
    both_rows = [at("A1", 0), at("A2", 1)]
    assert _without_silenced(both_rows, silences) == both_rows
    other_field = [at("A1", None, "plan"), at("A2", None, "purpose")]
    assert _without_silenced(other_field, silences) == other_field
    part_one = [at("A1", None, "goal", 0, Anchor(paragraph=1)), at("A2", None, "goal", 0, Anchor(paragraph=2))]
    assert _without_silenced(part_one, silences) == part_one


def test_a_fix_without_a_place_is_none():
    assert correction("改", (None, "旧", "新")) is None
    assert correction("改", (Anchor(paragraph=1), "旧", "新"), (None, "旧", "新")) is None
    assert correction("改") is None
    fix = correction("改", (Anchor(paragraph=1), "旧", "新"))
    assert fix is not None
    assert fix.edits[0].new == "新"


def test_documents_without_anchors_get_findings_without_fixes(make):
    document = make({"project": {"plan": ["25%", "25%", "25%", "25%"]}})[0]
    project = replace(document.projects[0], plan=replace(document.projects[0].plan, anchors=()))
    bare = replace(document, projects=(project, *document.projects[1:]))
    assert [(f.code, f.fix) for f in check(bare, select=["P"])] == [("P201", None)]


def test_every_rule_has_its_page():
    for code, r in all_rules().items():
        parts = page_parts(r.page)
        assert list(parts) == ["说明", "依据", "反例", "正例"], code
        assert all(parts.values()), code
        assert r.basis, code
        assert set(r.silences) <= set(all_rules()), code


def test_hits_of_a_corpus_rule_reach_their_document(make):
    documents = make({"documents": [{"project": {"name": "甲"}}, {"project": {"name": "乙"}}]})
    contexts = [DocumentContext(d, load("hebei-2023")) for d in documents]
    ctx, project, hit = next(iter(all_rules()["D603"].check(CorpusContext(contexts))))
    assert ctx is contexts[1]
    assert project.name == "乙"
    assert isinstance(hit, Hit)


def _many(size: int) -> Document:
    rows = tuple(
        Indicator("产出指标", two, f"{two}{n}", f"描述{n}", basis="计划")
        for n, two in enumerate(("数量指标", "质量指标"))
    )
    return Document(
        "多.docx",
        "docx",
        fiscal_year=2025,
        projects=tuple(Project(n, f"项目{n}", indicators=rows) for n in range(size)),
    )


@pytest.mark.parametrize("families", [["C", "P", "D", "F", "K"]])
def test_cost_grows_linearly(families):
    def seconds(size: int) -> float:
        document = _many(size)
        begin = time.process_time()
        check(document, select=families)
        return time.process_time() - begin

    seconds(50)
    few, many = min(seconds(300) for _ in range(3)), min(seconds(3000) for _ in range(2))
    assert many < few * 10 * 4, "ten times the projects took far more than ten times as long"


def test_content_is_what_people_read(make, found):
    rows = [
        {"name": "更换管网长度", "target": "=42公里"},
        {"name": "供水管网验收合格率", "level2": "质量指标", "target": "=100%"},
    ]
    contents = {f.code: f.content for f in found({"project": {"indicators": rows}})[0] if f.field == "indicators"}
    assert contents["C008"] == "更换管网长度；供水管网验收合格率"
