"""Who is who: roles and teams from all shirts at once, and from where people stand.

Read ``stage.py`` first: it names the steps in order.
"""

from touchline.teams.classifier import TeamClassifier
from touchline.teams.colours import colour_name
from touchline.teams.model import TeamModel, load_team_model
from touchline.teams.parts import Part
from touchline.teams.stage import Teams

__all__ = ["Part", "TeamClassifier", "TeamModel", "Teams", "colour_name", "load_team_model"]
