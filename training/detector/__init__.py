"""The detector of players, goalkeepers, referees and the ball: training and evaluation."""
