"""What a run of the simulator shows: days written by hand, and days drawn from a population.

    file.toml --> load() --+
                           +--> Scenario --> WorldPlan --> PhysicalWorld
    seed, index --> draw() +           +--> band, link, faults

`training/` and `held_out/` hold one file each for every situation that the analysis has to tell
from the others. docs/SCENARIOS.md says how to write one.
"""

from .loading import load, shipped
from .scenario import Band, Fault, Link, Scenario, ScenarioError

__all__ = ["Band", "Fault", "Link", "Scenario", "ScenarioError", "load", "shipped"]
