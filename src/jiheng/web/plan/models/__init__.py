"""What the plan stage stores."""

from jiheng.web.plan.models.approval import Approval, Version
from jiheng.web.plan.models.department import DepartmentCheck, DepartmentGoals, GoalsEdit, ItemizedGoal, Safeguard
from jiheng.web.plan.models.project import CellEdit, Indicator, PlanPeriod, Presence, Project, ProjectGoal
from jiheng.web.plan.models.review import Comment, Review, Transition
from jiheng.web.plan.models.upload import Upload
from jiheng.web.plan.models.year import BudgetYear

__all__ = [
    "Approval", "BudgetYear", "CellEdit", "Comment", "DepartmentCheck", "DepartmentGoals", "GoalsEdit", "Indicator",
    "ItemizedGoal", "PlanPeriod", "Presence", "Project", "ProjectGoal", "Review", "Safeguard", "Transition", "Upload",
    "Version",
]  # fmt: skip
