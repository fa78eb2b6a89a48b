"""What the evaluation stage stores."""

from jiheng.web.evaluation.models.self_evaluation import (
    DepartmentSelfEvaluation,
    EvaluatedIndicator,
    EvaluationStep,
    EvaluationYear,
    SelfEvaluation,
)

__all__ = [
    "DepartmentSelfEvaluation", "EvaluatedIndicator", "EvaluationStep", "EvaluationYear", "SelfEvaluation",
]  # fmt: skip
