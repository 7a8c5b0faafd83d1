"""Generalised assignment: groups of one, weights of any size, nobody left out.

The placement problem at its barest, on which the engine can be held against
public instances. `solve_assignment` gives a plan and a bound that no plan can beat.
"""

from models.placement.assignment.problem import Assigned, Assignment
from models.placement.assignment.solve import solve_assignment

__all__ = ["Assigned", "Assignment", "solve_assignment"]
